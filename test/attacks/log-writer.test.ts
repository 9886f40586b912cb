import { KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SealKey } from '../../functions/account/ports';
import { createEvidencePorts } from '../../functions/aws/evidence-ports';
import type { AuditEvent } from '../../functions/core/audit';
import type { ConfigInput } from '../../functions/core/config/config';
import {
  AUDIT_LOG_GROUP,
  DEPLOYED_FUNCTIONS,
  type DeployedFunction,
  RECORDING_FUNCTIONS,
  SEAL_KEY_ALIAS,
} from '../../functions/core/names';
import { gatherEvidence } from '../../functions/report/evidence/gather-evidence';
import { makeReport } from '../../functions/report/judge/make-report';
import type { Report } from '../../functions/report/judge/model';
import { functionNameOf } from '../../local/stack/deployment';
import { Enforcement } from '../permissions/enforcement';
import { DeployedWorld, synthesized } from '../support/deployed-world';
import { otherSealKey, sealed } from '../support/seal-key';

/** How somebody who may write into any log group makes a line that says that people were told. */
const LIARS = [
  'without-a-seal',
  'by-a-key-of-their-own',
  'in-the-name-of-our-key',
  'by-a-true-line-of-before',
  'by-its-seal',
] as const;
type Liar = (typeof LIARS)[number];
const CALM = 'calm';

const config: ConfigInput = {
  connections: { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } },
  notify: ['security@example.com'],
  audit: { archive: { years: 1 }, report: {} },
  operators: true,
  keys: [CALM, ...LIARS].map((id) => ({
    id,
    user: `ci-${id}`,
    createUser: true,
    deliverTo: [{ connection: 'acme', repository: `acme/${id}`, environment: 'Production' }],
  })),
};

describe('whoever may write into the log group of the record', () => {
  let world: DeployedWorld;
  let report: Report;
  const enforcement = new Enforcement();
  const mailed = new Map<string, number[]>();
  /** The key that they made for themselves. */
  let theirs = '';

  /** The first `people-told` of a key, as the record has it. */
  function toldOf(key: string): AuditEvent {
    const { events } = world.world.account.logs.filterLogEvents({ logGroupName: AUDIT_LOG_GROUP });
    const lines: readonly AuditEvent[] = events.map(({ message }) => JSON.parse(message));
    return (
      lines.find((line) => line.event === 'people-told' && line.key === key) ??
      expect.fail(`of ${key} people were told`)
    );
  }

  async function forged(liar: Liar, real: AuditEvent, time: string): Promise<object> {
    const { seal, ...plain } = { ...real, time };
    const attempt = `forged-${Date.parse(time).toString(36)}`;
    const event = { ...plain, run: 'forged', id: `${attempt}-1`, sequence: 1 };
    const signedBy = async (key: SealKey) => (await sealed([event], key))[0] ?? {};
    const others = otherSealKey('5ea15ea1-0000-4000-8000-00000000000e', world.world.account.accountId);
    switch (liar) {
      case 'without-a-seal':
        return event;
      case 'by-a-key-of-their-own':
        return signedBy(others);
      case 'in-the-name-of-our-key':
        return signedBy({ ...others, sign: async (text) => ({ ...(await others.sign(text)), key: sealKeyArn() }) });
      case 'by-a-true-line-of-before':
        return real;
      case 'by-its-seal':
        return { ...event, seal };
    }
  }

  const sealKeyArn = () => world.world.account.kms.keyArn(SEAL_KEY_ALIAS);

  function write(line: object, logStreamName: string): void {
    const { account, clock } = world.world;
    const message = JSON.stringify(line);
    account.logs.putLogEvents({
      logGroupName: AUDIT_LOG_GROUP,
      logStreamName,
      logEvents: [{ timestamp: clock.now(), message }],
    });
  }

  beforeAll(async () => {
    world = await DeployedWorld.open(synthesized(config), {
      onDeploy: (deployment, here) => enforcement.enforce(deployment, here),
      world: { accountServer: { authorize: enforcement.authorize } },
    });
    await world.until(1);
    const { account } = world.world;
    // What lasts, and what people are told every day: a second key that nobody of Keyturn made.
    for (const id of [CALM, ...LIARS]) account.invoke(world.admin, 'iam', 'CreateAccessKey', { UserName: `ci-${id}` });
    for (let day = 2; day <= 5; day++) {
      await world.until(day, 2);
      const from = account.sns.messages.length;
      if (day > 2) {
        for (const liar of LIARS) {
          const told = toldOf(liar);
          const time = new Date(world.world.clock.now()).toISOString();
          write(await forged(liar, told, time), `${told.function}/${time.slice(0, 7)}`);
        }
      }
      await world.until(day, 12);
      const mails = account.sns.messages
        .slice(from)
        .map(({ message }) => message)
        .join('\n');
      for (const id of [CALM, ...LIARS])
        if (mails.includes(`ci-${id}`)) mailed.set(id, [...(mailed.get(id) ?? []), day]);
    }
    theirs = account.invoke(world.admin, 'iam', 'CreateAccessKey', { UserName: spareUser() }).AccessKey.AccessKeyId;
    report = await reportOf();
  }, 300_000);
  afterAll(() => world.close());

  /** A managed user with room for a key of theirs. */
  function spareUser(): string {
    const user = `ci-${CALM}`;
    const { account } = world.world;
    const AccessKeyId = world.keys(user).at(-1)?.id ?? '';
    account.invoke(world.admin, 'iam', 'DeleteAccessKey', { UserName: user, AccessKeyId });
    return user;
  }

  async function reportOf(): Promise<Report> {
    const { account, accountUrl: endpoint, clock } = world.world;
    const { accessKeyId, secretAccessKey, sessionToken } = account.rootSession();
    const time = { now: () => new Date(clock.now()), sleep: async (wait: number) => void clock.advanceBy(wait) };
    // They tell of their key as rotate would have.
    const now = new Date(clock.now()).toISOString();
    const event = {
      ...toldOf(CALM),
      event: 'key-created',
      function: 'rotate',
      accessKeyId: theirs,
      reason: 'due',
      time: now,
    };
    write(await forged('without-a-seal', event as AuditEvent, now), `rotate/${now.slice(0, 7)}`);
    clock.advanceBy(30 * 60_000);
    const access = { endpoint, region: account.region, credentials: { accessKeyId, secretAccessKey, sessionToken } };
    const evidence = await gatherEvidence(createEvidencePorts({ time, access }), {
      since: new Date('2026-01-01T00:00:00Z'),
      until: new Date(clock.now()),
    });
    expect(evidence.failures).toEqual([]);
    return makeReport(evidence);
  }

  it.each(LIARS)('silences no mail by a line that says that people were told, sealed %s (K7)', (liar) => {
    expect(mailed.get(liar)).toEqual(mailed.get(CALM));
    expect(mailed.get(liar)?.length).toBeGreaterThanOrEqual(3);
  });

  it('accounts for no change that they made: it is without Keyturn, and their lines are tampering (K5, K7)', () => {
    const { attention, summary, changes } = report;
    expect(summary.verdict).toBe('not-compliant');
    expect(
      attention.filter(({ kind, accessKeyId }) => kind === 'without-keyturn' && accessKeyId === theirs),
    ).toHaveLength(1);
    expect(changes.filter(({ accessKeyId }) => accessKeyId === theirs).map(({ event }) => event)).toEqual([undefined]);
    const tampering = attention.filter(({ kind }) => kind === 'tampering').map(({ title }) => title);
    for (const what of [
      'without a seal',
      'sealed by another key',
      'with a seal that is not theirs',
      'written at another time',
    ]) {
      expect(tampering).toEqual(expect.arrayContaining([expect.stringContaining(what)]));
    }
  });

  it('leaves every event of the functions proved: by the key of the stack, with its fingerprint', () => {
    expect(report.seal).toMatchObject({
      keys: [{ arn: sealKeyArn(), fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) }],
      before: 0,
    });
    expect(report.limits.filter(({ source }) => source === 'seal-key')).toEqual([]);
  });

  /** What KMS answers to a role, as its function has it or as whoever has stolen it elsewhere. */
  async function signs(name: DeployedFunction, by: 'the function' | 'a thief'): Promise<string> {
    const { account, accountUrl: endpoint, functions, clock } = world.world;
    const functionName = functionNameOf(world.deployment, `${name}Function`);
    const { roleArn } = functions.functions.find((one) => one.functionName === functionName) ?? expect.fail(name);
    const session = account.roleSession(roleArn, by === 'the function' ? functionName : 'somebody');
    const { accessKeyId, secretAccessKey, sessionToken } = session;
    const client = new KMSClient({
      endpoint,
      region: account.region,
      credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
      systemClockOffset: clock.now() - Date.now(),
    });
    const input = { KeyId: SEAL_KEY_ALIAS, Message: Buffer.from('me too'), SigningAlgorithm: 'ECDSA_SHA_256' } as const;
    return client.send(new SignCommand(input)).then(
      () => 'signed',
      ({ name: error }) => error,
    );
  }

  it.each(DEPLOYED_FUNCTIONS)(
    'signs nothing: of all roles only those of the functions that record get a signature, %s (K12)',
    async (name) => {
      const isWriter = (RECORDING_FUNCTIONS as readonly string[]).includes(name);
      expect(await signs(name, 'the function')).toBe(isWriter ? 'signed' : 'AccessDeniedException');
      expect(await signs(name, 'a thief')).toBe('AccessDeniedException');
    },
  );
});
