import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  IAMClient,
  ListAccessKeysCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { Account } from '../../local/account/account';
import { startAccountServer } from '../../local/account/wire/server';
import { Clock } from '../../local/clock';
import { parseSchedule } from '../../local/events/schedule-expression';
import { seededRandom } from '../../local/random';
import { Scheduler } from '../../local/scheduler';

const DAY = 86_400_000;
const USER = 'ci';

export interface NaiveMoment {
  readonly day: number;
  readonly rule: string;
  readonly happened: string;
}

export interface NaiveReport {
  readonly rules: readonly string[];
  readonly moments: readonly NaiveMoment[];
  /** The day on which a rotation met two keys, and what IAM said. */
  readonly failure:
    | { readonly day: number; readonly error: string; readonly message: string; readonly why: string }
    | undefined;
}

/**
 * What three rules with literal rates do: every 90 days a new key, every 100 days the older one is deactivated, every
 * 110 days inactive ones are deleted. Each rule is right alone; together they drift apart.
 */
export async function rehearseNaively({ days, seed }: { days: number; seed: string }): Promise<NaiveReport> {
  const start = Date.parse('2026-01-01T00:00:00Z');
  const clock = new Clock(start);
  const account = new Account({ clock, random: seededRandom(seed) });
  const server = await startAccountServer({ account, allowedSkew: Number.POSITIVE_INFINITY });
  const { accessKeyId, secretAccessKey, sessionToken } = account.rootSession();
  const iam = new IAMClient({
    endpoint: server.url,
    region: account.region,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    maxAttempts: 1,
  });
  const moments: NaiveMoment[] = [];
  let failure: NaiveReport['failure'];
  const day = () => Math.round((clock.now() - start) / DAY);
  const keys = async () => {
    const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName: USER }));
    return [...AccessKeyMetadata].sort((a, b) => Number(a.CreateDate) - Number(b.CreateDate));
  };
  const rotate = async () => {
    const before = await keys();
    try {
      const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: USER }));
      return `created ${AccessKey?.AccessKeyId}`;
    } catch (thrown) {
      if (!(thrown instanceof Error)) throw thrown;
      const inTheWay = before.map(({ AccessKeyId, Status }) => `${AccessKeyId} is ${Status}`).join(', ');
      failure ??= { day: day(), error: thrown.name, message: thrown.message, why: explain(day(), inTheWay) };
      return `FAILED: ${thrown.name}`;
    }
  };
  const deactivate = async () => {
    const [older, newer] = await keys();
    if (older === undefined || newer === undefined || older.Status === 'Inactive') return 'nothing to deactivate';
    await iam.send(new UpdateAccessKeyCommand({ UserName: USER, AccessKeyId: older.AccessKeyId, Status: 'Inactive' }));
    return `deactivated ${older.AccessKeyId}`;
  };
  const remove = async () => {
    const inactive = (await keys()).find(({ Status }) => Status === 'Inactive');
    if (inactive === undefined) return 'nothing to delete';
    await iam.send(new DeleteAccessKeyCommand({ UserName: USER, AccessKeyId: inactive.AccessKeyId }));
    return `deleted ${inactive.AccessKeyId}`;
  };
  const rules = { 'rate(90 days)': rotate, 'rate(100 days)': deactivate, 'rate(110 days)': remove };
  try {
    await iam.send(new CreateUserCommand({ UserName: USER }));
    moments.push({ day: 0, rule: 'deployment', happened: await rotate() });
    const scheduler = new Scheduler(clock);
    for (const [rule, act] of Object.entries(rules)) {
      scheduler.every(parseSchedule(rule, start), rule, async () => {
        moments.push({ day: day(), rule, happened: await act() });
      });
    }
    for (let today = 1; today <= days && failure === undefined; today += 1)
      await scheduler.runUntil(start + today * DAY);
  } finally {
    iam.destroy();
    await server.close();
  }
  return { rules: Object.keys(rules), moments, failure };
}

function explain(day: number, inTheWay: string): string {
  const rotations = day / 90;
  return (
    `Rotation ${rotations} comes on day ${rotations} × 90 = ${day}. Deactivations come every 100 days, deletions every 110: ` +
    `the last deletion was on day ${Math.floor(day / 110) * 110}, the last deactivation on day ${Math.floor(day / 100) * 100}, ` +
    `and what it deactivated is deleted only on day ${(Math.floor(day / 110) + 1) * 110}. So two keys are still there (${inTheWay}), ` +
    'and IAM allows two a user. Keyturn acts on each key by its own age instead.'
  );
}
