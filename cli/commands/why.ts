import { Command } from 'commander';
import { stand } from '../../functions/account/standing';
import { type AwsAccess, reviewConfig } from '../../functions/aws/client-config';
import { createKeyOwner } from '../../functions/aws/key-owner';
import { createTrail } from '../../functions/aws/trail';
import { createTrailHistory } from '../../functions/aws/trail-history';
import type { AuditEvent } from '../../functions/core/audit';
import { after, DAY, latest, MINUTE } from '../../functions/core/duration';
import { KeyturnError, toKeyturnError } from '../../functions/core/errors';
import { type KeyStanding, standingOf } from '../../functions/core/forecast/standing';
import { ACCESS_KEY_ID, type AccessKey } from '../../functions/core/key/access-key';
import { exemptionOf } from '../../functions/core/key/exemption';
import { isSameUser } from '../../functions/core/key/key-user';
import { CLOCK_SKEW } from '../../functions/core/key/secret-state';
import { DEFAULT_MAX_ROTATIONS } from '../../functions/core/names';
import type { TrailWrite } from '../../functions/report/evidence/evidence';
import { type AccessOptions, accessOf, reach, withAccess } from '../access';
import { type AccountPorts, openAccount } from '../account';
import { exceptionDocument } from '../documents/exception';
import { foreseenDocument } from '../documents/foreseen';
import { type LifeDocument, WHY_SCHEMA, type WhyDocument } from '../documents/why';
import { EXIT, EXIT_CODES } from '../exit-code';
import { Reading } from '../render/reading';
import { renderWhy } from '../render/why';
import type { Terminal } from '../terminal';
import { wholeNumber } from '../whole-number';

interface WhyOptions extends AccessOptions {
  readonly maxRotations: number;
  readonly json?: true;
}

/** `keyturn why`: the life of one access key. */
export function whyCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withAccess(
    new Command('why')
      .description(
        'Tells the life of one access key from the audit record, IAM and CloudTrail: who made it, where it went, who used ' +
          'it last and from where, and what happens next. It changes nothing.',
      )
      .argument('<access key id>', 'such as AKIAIOSFODNN7EXAMPLE; never the secret')
      .option('--max-rotations <n>', "the stack's maxRotations, for the dates", wholeNumber, DEFAULT_MAX_ROTATIONS)
      .option('--json', 'write one JSON document: dist/keyturn.why.v1.schema.json'),
  )
    .addHelpText('after', HELP)
    .action(async (accessKeyId: string, options: WhyOptions) => {
      ended(await why(accessKeyId, options, terminal));
    });
}

const HELP = `${EXIT_CODES}
Code 1 is for a key that neither IAM nor the record nor CloudTrail knows.
What it shows of the record is a look: "keyturn report" and "keyturn verify"
check its seals.

Examples:
  keyturn why AKIAIOSFODNN7EXAMPLE
  keyturn why AKIAIOSFODNN7EXAMPLE --json | jq .uses`;

async function why(accessKeyId: string, options: WhyOptions, terminal: Terminal): Promise<number> {
  // What was given may be a secret, and is not repeated.
  if (!ACCESS_KEY_ID.test(accessKeyId)) {
    throw new KeyturnError(
      'invalid-request',
      'Expected the ID of an access key, AKIA and 16 letters or digits, found something else. If that was a secret, it is ' +
        "in your shell's history now: make its key Inactive.",
    );
  }
  const document = await whyDocument(accessKeyId, options, terminal);
  terminal.stdout.write(`${options.json ? JSON.stringify(document, undefined, 2) : renderWhy(document)}\n`);
  if (document.user === undefined && document.life.length === 0) return EXIT.problems;
  return document.unread.length > 0 ? EXIT.unreachable : EXIT.fine;
}

/** The record is kept for longer, and a key lives no longer. */
const LONGEST_LIFE = 800 * DAY;
/** CloudTrail's event history. */
const HISTORY = 90 * DAY;

async function whyDocument(accessKeyId: string, options: WhyOptions, terminal: Terminal): Promise<WhyDocument> {
  const access = accessOf(options);
  const reading = new Reading(terminal);
  try {
    reading.tell('Asking AWS who this is.');
    const { accountId, region } = await reach(access);
    const now = terminal.time.now();
    const { maxRotations } = options;
    const inquiry = { accessKeyId, ports: openAccount(access), now, maxRotations, unread: new Unread() };
    reading.tell('Reading the audit record and IAM.');
    const { events, user, listed, managed } = await fromIamAndRecord(inquiry, access);
    reading.tell("Reading CloudTrail's event history.");
    const { writes, uses } = await fromCloudTrail(inquiry, listed?.createdAt, { access, region, terminal });
    return {
      schema: WHY_SCHEMA,
      account: accountId,
      region,
      at: now.toISOString(),
      accessKeyId,
      ...roleOf(accessKeyId, managed, listed, inquiry.unread),
      status: listed?.status,
      user,
      createdAt: listed?.createdAt.toISOString(),
      exception: await exceptionOf(inquiry, managed?.id),
      life: lifeOf(events, writes),
      lastUsed: listed && (await lastUsedOf(inquiry)),
      uses: uses.map(({ at, ...use }) => ({ at: at.toISOString(), ...use })),
      next: (managed?.next ?? []).filter((seen) => seen.accessKeyId === accessKeyId).map(foreseenDocument),
      unread: inquiry.unread.all,
    };
  } finally {
    reading.end();
  }
}

interface Inquiry {
  readonly accessKeyId: string;
  readonly ports: AccountPorts;
  readonly now: Date;
  readonly maxRotations: number;
  readonly unread: Unread;
}

/** What could not be read is told, and hides nothing else (K11). */
class Unread {
  readonly all: { source: string; message: string }[] = [];

  async or<Found>(source: string, read: () => Promise<Found>, otherwise: Found): Promise<Found> {
    try {
      return await read();
    } catch (thrown) {
      this.all.push({ source, message: toKeyturnError(thrown).message });
      return otherwise;
    }
  }
}

async function fromIamAndRecord(inquiry: Inquiry, access: AwsAccess) {
  const { accessKeyId, ports, now, unread } = inquiry;
  const ownerOf = createKeyOwner(reviewConfig(access));
  const owner = await unread.or('IAM', () => ownerOf(accessKeyId), undefined);
  const [since, until] = [after(now, -LONGEST_LIFE), after(now, CLOCK_SKEW)];
  const record = () => ports.record.find(`{ $.accessKeyId = "${accessKeyId}" }`, since, until);
  const found = await unread.or('the audit record', record, []);
  // An account that does not know such a pattern answers with all that it has.
  const events = found.filter((event) => event.accessKeyId === accessKeyId);
  const user = owner ?? events.findLast((event) => event.user !== undefined)?.user;
  if (user === undefined) return { events, user, listed: undefined, managed: undefined };
  const keys = owner === undefined ? [] : await unread.or('IAM', () => ports.iam.listAccessKeys(owner), []);
  const listed = keys.find((key) => key.accessKeyId === accessKeyId);
  const managed = await unread.or('the registry', () => standingOfUser(user, inquiry), undefined);
  return { events, user, listed, managed };
}

async function exceptionOf(
  { ports, now, unread }: Inquiry,
  key: string | undefined,
): Promise<WhyDocument['exception']> {
  if (key === undefined) return undefined;
  const accepted = await unread.or('accepted exceptions', () => ports.exemptions.read(now), []);
  const exemption = exemptionOf(accepted, key, now);
  return exemption && exceptionDocument(exemption);
}

/** @throws KeyturnError `aws-*` also where this key could not be looked at */
async function standingOfUser(user: string, { ports, now, maxRotations }: Inquiry): Promise<KeyStanding | undefined> {
  const { entries } = await ports.registry.list();
  const entry = entries.find((each) => isSameUser(each.user, user));
  if (entry === undefined) return undefined;
  const { id } = entry;
  const { keys, unseen } = await stand(ports, { only: { id, maxRotations } });
  const missed = unseen.find((each) => each.id === id);
  if (missed !== undefined) throw missed.error;
  return standingOf(keys, { now, maxRotations }).find((each) => each.id === id);
}

interface Trails {
  readonly access: AwsAccess;
  readonly region: string;
  readonly terminal: Terminal;
}

/** Of a key that is older than the event history its creation is not looked for. */
async function fromCloudTrail(
  { accessKeyId, now, unread }: Inquiry,
  createdAt: Date | undefined,
  { access, region, terminal }: Trails,
) {
  const source = "CloudTrail's event history";
  const oldest = after(now, -HISTORY);
  const since = createdAt === undefined ? oldest : latest(oldest, after(createdAt, -MINUTE));
  const config = reviewConfig(access);
  const history = createTrailHistory(terminal.time, config);
  const all = await unread.or(source, () => history.writes(since, now, KEY_CALLS), []);
  const trail = createTrail(region, config);
  const uses = await unread.or(source, () => trail.usesOf(accessKeyId, oldest), []);
  return { writes: all.filter((write) => write.accessKeyId === accessKeyId), uses };
}

const KEY_CALLS = ['CreateAccessKey', 'UpdateAccessKey', 'DeleteAccessKey'] as const;

async function lastUsedOf({ accessKeyId, ports, unread }: Inquiry): Promise<WhyDocument['lastUsed']> {
  const used = await unread.or('IAM', () => ports.iam.accessKeyLastUsed(accessKeyId), undefined);
  return used && { at: used.at?.toISOString(), service: used.service, region: used.region };
}

function roleOf(
  accessKeyId: string,
  managed: KeyStanding | undefined,
  listed: AccessKey | undefined,
  unread: Unread,
): Pick<WhyDocument, 'is' | 'key'> {
  const key = managed?.id;
  const lacks = (source: string) => unread.all.some((each) => each.source === source);
  if (listed === undefined) return { is: lacks('IAM') ? 'unknown' : 'gone', key };
  if (managed === undefined) return { is: lacks('the registry') ? 'unknown' : 'unmanaged' };
  if (managed.current?.accessKeyId === accessKeyId) return { is: 'current', key };
  return { is: managed.others.find((other) => other.accessKeyId === accessKeyId)?.is ?? 'foreign', key };
}

/** In the order of time; what happens again and again, such as a daily look, is one line. */
function lifeOf(events: readonly AuditEvent[], writes: readonly TrailWrite[]): LifeDocument[] {
  const told: LifeDocument[] = [
    ...events.map((event) => ({ ...eventOf(event), source: 'record' as const, times: 1 })),
    ...writes.map(({ at, action, by, status, sourceIp }) => ({
      at: at.toISOString(),
      what: action,
      by,
      detail: [status, sourceIp && `from ${sourceIp}`].filter((part) => part !== undefined).join(', ') || undefined,
      source: 'cloudtrail' as const,
      times: 1,
    })),
  ].sort((a, b) => a.at.localeCompare(b.at));
  const life: LifeDocument[] = [];
  for (const each of told) {
    const last = life.at(-1);
    if (last !== undefined && last.what === each.what && last.detail === each.detail && last.source === each.source) {
      life[life.length - 1] = { ...last, times: last.times + 1 };
    } else life.push(each);
  }
  return life;
}

function eventOf({ time, event, function: name, target, reason, outcome, code }: AuditEvent) {
  const parts = [target, reason, outcome === 'failed' ? `failed: ${code ?? 'unknown'}` : undefined];
  return {
    at: time,
    what: event,
    by: name,
    detail: parts.filter((part) => part !== undefined).join(', ') || undefined,
  };
}
