import type { RegistryEntry } from '../../functions/core/config/registry';
import { isObserved } from '../../functions/core/lifecycle/observed';
import { secretName } from '../../functions/core/names';
import type { TrailRecord } from '../../local/account/trail';
import type { World } from '../../local/world';
import type { Trouble } from './faults/trouble';
import type { Places } from './hosts/register';
import type { Leaving, LeavingKey } from './leaving';
import type { NodeLogins } from './node-logins';
import type { ProviderSteps } from './provider-steps';
import type { RehearsedPipelines } from './rehearsed-pipelines';
import type { Amiss, RoleSteps } from './role-steps';
import type { Audit } from './timeline';
import type { PromiseName } from './witness/promise-names';
import type { Violation } from './witness/verdicts';
import type { Watch } from './witness/watch';

const DAY = 86_400_000;
/** CloudTrail's times are whole seconds. */
const SECOND = 1_000;
const MINUTE = 60_000;
/** The rules run once a day. */
const ONE_RUN = DAY;

/** A promise of DESIGN, and what this run saw of it. */
export interface Verdict {
  readonly promise: string;
  readonly says: string;
  readonly held: boolean;
  /** What was compared, with numbers. */
  readonly evidence: string;
}

export interface Observed {
  readonly world: World;
  readonly entries: readonly RegistryEntry[];
  readonly places: Places;
  readonly pipelines: RehearsedPipelines;
  readonly roleSteps: RoleSteps;
  readonly providerSteps: ProviderSteps;
  readonly nodeLogins: NodeLogins;
  readonly leaving: Leaving;
  readonly audits: readonly Audit[];
  readonly lines: readonly string[];
  /** Judged every change as it happened. */
  readonly watch: Watch;
  /** What went wrong, and what it excuses. */
  readonly trouble?: Trouble | undefined;
}

/** Judges a rehearsal by what the account, the hosts and the pipelines saw, not by what the functions say. */
export function judge(observed: Observed): readonly Verdict[] {
  const isTroubled = observed.trouble !== undefined;
  const verdicts = isTroubled
    ? [delivery, k1, k2, k3, k4, k5, k6, k7UnderFaults, ...LIVENESS, k10, ...K11_AND_13]
    : [delivery, k1, k2, k3, k4, k5, k6, k7, k8, k10];
  // Where there is no key, nothing of them was tried.
  const ofKeys = observed.entries.length === 0 ? [] : verdicts;
  return [
    ...ofKeys.map((verdict) => verdict(observed)),
    ...(observed.entries.some(isObserved) ? [k14(observed)] : []),
    ...(observed.roleSteps.roles === 0 ? [] : [roles(observed)]),
    ...(observed.providerSteps.rules === 0 ? [] : [provider(observed)]),
    ...(observed.nodeLogins.nodes.length === 0 ? [] : [nodes(observed)]),
    ...(observed.leaving.keys.length === 0 ? [] : [wayOut(observed)]),
  ];
}

/** The keys for which anything is done: the others have no promise but that they are left alone. */
function actedOn(entries: readonly RegistryEntry[]): readonly RegistryEntry[] {
  return entries.filter((entry) => !isObserved(entry));
}

/** No promise by number, but what everything is for. */
function delivery({ world, entries, places, watch: { witness } }: Observed): Verdict {
  const stored = writes(world, 'PutSecretValue');
  const gone = [...witness.managed.values()].filter((one) => witness.isGoneForGood(one)).map(({ id }) => id);
  const acted = actedOn(entries).filter(({ id }) => !gone.includes(id));
  const missing = acted.filter((entry) => {
    const token = tokenOf(stored.findLast((write) => isOf(write, entry)));
    const held = entry.targets.map((target) => places.pairAt(target)?.accessKeyId);
    return held.some((id) => id === undefined || !token.includes(id));
  });
  return {
    promise: 'delivery',
    says: 'in the end every target holds its current key',
    held: missing.length === 0,
    evidence:
      missing.length === 0
        ? [`${acted.length} keys`, ...gone.map((id) => `${id} is gone for good`)].join('; ')
        : `not at its targets: ${missing.map(({ id }) => id).join(', ')}`,
  };
}

function k1({ pipelines, watch, trouble }: Observed): Verdict {
  const [first] = pipelines.failures;
  const [broken] = watch.broken('K1');
  const failure =
    first === undefined ? '' : `; first: ${first.place.scope} at ${new Date(first.at).toISOString()} (${first.error})`;
  return {
    promise: 'K1',
    says: 'what a target holds authenticates at every instant',
    held: pipelines.logins > 0 && pipelines.failures.length === 0 && broken === undefined,
    evidence: `${pipelines.logins} logins, ${pipelines.failures.length} failed${excuses(trouble)}${failure || messageOf(broken)}`,
  };
}

/** What nobody promises to be otherwise: see `Trouble.reads`. */
function excuses(trouble: Trouble | undefined): string {
  if (trouble === undefined) return '';
  const { torn, edited } = trouble.excused;
  return `; beside them ${torn} found a torn pair and ${edited} an edited one, in the time that there is for it`;
}

function k2({ audits, watch }: Observed): Verdict {
  const deliveries = audits.filter(({ event }) => event === 'target-delivered');
  const unproved = deliveries.filter((delivery) => {
    const before = audits.slice(0, audits.indexOf(delivery));
    return !before.some(
      ({ event, accessKeyId, function: name }) =>
        event === 'key-proved' && accessKeyId === delivery.accessKeyId && name === delivery.function,
    );
  });
  return {
    promise: 'K2',
    says: 'only keys that have just authenticated are delivered',
    held: unproved.length === 0 && watch.broken('K2').length === 0,
    evidence: `${deliveries.length} deliveries, ${unproved.length} without proof${messageOf(watch.broken('K2')[0])}`,
  };
}

function k3({ watch }: Observed): Verdict {
  return {
    promise: 'K3',
    says: 'a key is deactivated only after its successor is everywhere and the overlap has passed',
    ...tooEarly(watch, 'K3', 'deactivations'),
  };
}

function k4({ watch }: Observed): Verdict {
  return {
    promise: 'K4',
    says: 'a key is deleted only after its whole recovery period',
    ...tooEarly(watch, 'K4', 'deletions'),
  };
}

function tooEarly(watch: Watch, promise: PromiseName, what: string): Pick<Verdict, 'held' | 'evidence'> {
  const broken = watch.broken(promise);
  // Several things may have been wrong about one key.
  const wrong = new Set(broken.map(({ at, key }) => `${at} ${key}`)).size;
  const done = watch.verdicts.checks.get(promise) ?? 0;
  return { held: wrong === 0, evidence: `${done} ${what}, ${wrong} too early${messageOf(broken[0])}` };
}

function k5({ watch }: Observed): Verdict {
  const foreign = watch.broken('K5');
  const changed = watch.verdicts.checks.get('K5') ?? 0;
  return {
    promise: 'K5',
    says: 'a key that people made by hand is never changed',
    held: foreign.length === 0,
    evidence: `${changed} keys changed, ${foreign.length} of them foreign`,
  };
}

/** What was wrong first, to go and look for it. */
function messageOf(violation: Violation | undefined): string {
  return violation === undefined ? '' : `; first: ${violation.message} at ${new Date(violation.at).toISOString()}`;
}

function k6({ lines, watch, world }: Observed): Verdict {
  const { trail } = world.account;
  const { secrets, keys } = watch.witness;
  const written = [...lines, ...trail.map((record) => JSON.stringify(record))];
  return {
    promise: 'K6',
    says: 'no secret is in a log or an event',
    held: keys.size > 0 && !written.some((line) => secrets.findIn(line) !== undefined),
    evidence: `${keys.size} secrets searched in ${lines.length} log lines and ${trail.length} trail records`,
  };
}

function k7({ world, audits }: Observed): Verdict {
  const pairs: readonly (readonly [string, number, number])[] = [
    ['created', keyWrites(world, 'CreateAccessKey').length, audited(audits, 'key-created')],
    ['stored', writes(world, 'PutSecretValue').length, audited(audits, 'key-stored')],
    [
      'deactivated',
      keyWrites(world, 'UpdateAccessKey').length,
      audited(audits, 'key-deactivated') + audited(audits, 'key-reactivated'),
    ],
    [
      'deleted',
      keyWrites(world, 'DeleteAccessKey').length,
      audited(audits, 'key-deleted') + audited(audits, 'key-discarded'),
    ],
  ];
  return {
    promise: 'K7',
    says: 'every change leaves an audit event',
    held: pairs.every(([, done, told]) => done === told),
    evidence: pairs.map(([name, done, told]) => `${name} ${done}/${told}`).join(', '),
  };
}

/** What announces a change in the record before it is made. */
const ANNOUNCED: Readonly<Record<string, string>> = {
  CreateAccessKey: 'intent-written',
  PutSecretValue: 'intent-written',
  UpdateAccessKey: 'key-deactivation-begun',
  DeleteAccessKey: 'key-deletion-begun',
};

/** A run that is killed, or never gets its answer, cannot tell what it did; that it was about to is told before. */
function k7UnderFaults({ world, audits, trouble }: Observed): Verdict {
  const done = Object.keys(ANNOUNCED).flatMap((name) => writes(world, name));
  const told = ['key-created', 'key-stored', 'key-deactivated', 'key-reactivated', 'key-deleted', 'key-discarded'];
  const after = told.reduce((sum, event) => sum + audited(audits, event), 0);
  const unannounced = done.filter(({ at, record }) => {
    const { userName, accessKeyId, secretId } = record.requestParameters ?? {};
    const isAbout = ({ user, key, accessKeyId: id }: Audit) =>
      record.eventName.endsWith('AccessKey')
        ? (accessKeyId ?? userName) === (accessKeyId === undefined ? user : id)
        : String(secretId).endsWith(secretName(key ?? ''));
    return !audits.some(
      (audit) => audit.event === ANNOUNCED[record.eventName] && isAbout(audit) && Date.parse(audit.time) < at + SECOND,
    );
  });
  const cut = ['killed', 'lost-answer', 'aws-down', 'aws-throttle'] as const;
  const cuts = cut.reduce((sum, kind) => sum + (trouble?.tolls.get(kind)?.strikes ?? 0), 0);
  return {
    promise: 'K7',
    says: 'every change is in the record, announced before it is made',
    held: unannounced.length === 0 && done.length - after <= cuts,
    evidence: `${done.length} changes, ${unannounced.length} unannounced, ${done.length - after} of them by runs that were cut off`,
  };
}

/** What has to be so again once nothing has been in the way of a key for three days. */
const LIVENESS = [
  liveness('K8', 'once nothing is in the way, every key is rotated and retired on time'),
  liveness('K9', 'wherever a run dies, the next ones bring everything into order'),
];
const K11_AND_13 = [
  liveness('K11', 'what is wrong with one key is no trouble of another'),
  liveness('K13', 'what somebody edits at a host is found and put right within a day'),
];

function liveness(promise: PromiseName, says: string): (observed: Observed) => Verdict {
  return ({ watch }) => {
    const broken = watch.broken(promise);
    const looks = watch.verdicts.checks.get(promise) ?? 0;
    return {
      promise,
      says,
      held: broken.length === 0,
      evidence: `${looks} looks, ${broken.length} amiss${messageOf(broken[0])}`,
    };
  };
}

function k8({ world, entries }: Observed): Verdict {
  const late: string[] = [];
  const acted = actedOn(entries);
  for (const entry of acted) {
    const rotated = writes(world, 'PutSecretValue')
      .filter((write) => isOf(write, entry))
      .map(({ at }) => at);
    const limit = entry.policy.rotateAfter * DAY + ONE_RUN;
    const ends = [...rotated.slice(1), goneAt(world, entry) ?? world.clock.now()];
    if (rotated.some((at, index) => (ends[index] ?? 0) - at > limit)) late.push(entry.id);
  }
  return {
    promise: 'K8',
    says: 'no key is current for longer than rotateAfter and one run',
    held: late.length === 0,
    evidence: late.length === 0 ? `${acted.length} keys on time` : `late: ${late.join(', ')}`,
  };
}

/** When a key that roles replace was made Inactive for good. */
function goneAt(world: World, { user, replacedBy }: RegistryEntry): number | undefined {
  if (replacedBy === undefined) return undefined;
  return keyWrites(world, 'UpdateAccessKey').findLast(({ record }) => record.requestParameters?.userName === user)?.at;
}

function k10({ watch }: Observed): Verdict {
  const { mostKeys } = watch.witness;
  return {
    promise: 'K10',
    says: 'no user ever has more than two keys',
    held: mostKeys <= 2,
    evidence: `${mostKeys} at most`,
  };
}

/** The part of it that keys with `mode: observe` show. */
function k14({ world, entries }: Observed): Verdict {
  const observed = entries.filter(isObserved);
  const changed = observed.filter(
    (entry) =>
      keyWrites(world).some(({ record }) => record.requestParameters?.userName === entry.user) ||
      SECRET_WRITES.some((name) => writes(world, name).some((write) => isOf(write, entry))),
  );
  return {
    promise: 'K14',
    says: 'a key that is only observed is left as it is',
    held: changed.length === 0,
    evidence: `${observed.length} observed, ${changed.length} changed${changed.map(({ id }) => `; ${id}`).join('')}`,
  };
}

/** No promise by number: steps that need no key. */
function roles({ roleSteps }: Observed): Verdict {
  const { failures, letIn, sessions, strangers, keys, found } = roleSteps;
  const [first] = [...letIn, ...failures];
  return {
    promise: 'roles',
    says: 'a role is taken by the steps that it trusts, and by no others',
    held: sessions > 0 && first === undefined && found === roleSteps.roles,
    evidence:
      `${found} of ${roleSteps.roles} roles, ${sessions} sessions, ${failures.length} failed; ${strangers} steps of others, ${letIn.length} let in; ` +
      `${keys} new keys of the issuer${amissOf(first)}`,
  };
}

/** No promise by number: steps that fetch their secrets when they start. */
function provider({ providerSteps }: Observed): Verdict {
  const { failures, letIn, steps, logins, refused, undecided, waiting, longestWait } = providerSteps;
  const [first] = [...letIn, ...failures];
  return {
    promise: 'provider',
    says: 'a step gets the secrets of its rules, whose keys authenticate, once; no other step gets any',
    held: steps > 0 && first === undefined && waiting === 0,
    evidence:
      `${steps} steps with ${logins} logins, ${failures.length} failed; ${refused} steps of others and used tokens ` +
      `refused, ${letIn.length} let in${undecided === 0 ? '' : undecidedOf(undecided, waiting, longestWait)}${amissOf(first)}`,
  };
}

/** Steps that something kept from their secrets, which is no refusal. */
function undecidedOf(undecided: number, waiting: number, longestWait: number): string {
  const minutes = Math.ceil(longestWait / MINUTE);
  return (
    `; beside them ${undecided} told that nobody could decide (5xx), while AWS or the issuer failed the endpoint; of these ` +
    `${undecided - waiting} had their secrets within ${minutes} minutes, run again, and ${waiting} have none`
  );
}

/** No promise by number: keys that go for good, as roles have taken over. */
function wayOut({ leaving, audits, world }: Observed): Verdict {
  const { keys } = leaving;
  const now = world.clock.now();
  const gone = keys.filter((key) => leaving.left(key) === 0);
  const isLate = (key: LeavingKey) => key.writtenAt === undefined && now >= leaving.retiresBy(key);
  const late = keys.filter(isLate);
  const stays = keys.filter((key) => now >= leaving.goneBy(key) && leaving.left(key) > 0);
  const early = keys.filter(({ entry, movedAt = Number.POSITIVE_INFINITY }) =>
    audits.some(
      ({ event, reason, key, time }) =>
        event === 'key-deactivated' && reason === 'replaced' && key === entry.id && Date.parse(time) < movedAt,
    ),
  );
  const notYet = keys.length - gone.length - stays.length - late.length;
  return {
    promise: 'way out',
    says: 'a key goes for good when roles have taken over from it, and not before',
    held: stays.length + early.length + late.length === 0,
    evidence:
      `${keys.length} leave, ${gone.length} gone, ${early.length} too early, ${stays.length} stay` +
      (notYet === 0 ? '' : `, ${notYet} within their time`) +
      late.map((key) => `; ${key.entry.id}: ${lastWordOn(key)}`).join(''),
  };
}

/** What kept it from being retired. */
function lastWordOn({ exits, movedAt, stages }: LeavingKey): string {
  if (movedAt === undefined) return ['exits says', exits?.role ?? 'nothing', ...(exits?.blockers ?? [])].join(' ');
  return `migrate says ${stages.at(-1)?.stage ?? 'nothing'}, and not retire`;
}

/** No promise by number: nodes that read their secret when they start. */
function nodes({ nodeLogins }: Observed): Verdict {
  const { failures, logins, restarts, repeated, mostDown, nodes: all } = nodeLogins;
  return {
    promise: 'nodes',
    says: 'a Data Center logs in all the time; its nodes are restarted once for a key, one at a time',
    held: logins > 0 && restarts > 0 && failures.length === 0 && repeated === 0 && mostDown <= 1,
    evidence:
      `${all.length} nodes, ${logins} logins, ${failures.length} failed; ${restarts} restarts, ${repeated} of them ` +
      `repeated, ${mostDown} down at a time at most${amissOf(failures[0])}`,
  };
}

function amissOf(first: Amiss | undefined): string {
  return first === undefined ? '' : `; first: ${first.of} at ${new Date(first.at).toISOString()} (${first.error})`;
}

const SECRET_WRITES = ['PutSecretValue', 'TagResource', 'UntagResource', 'UpdateSecretVersionStage'] as const;

interface Write {
  readonly at: number;
  readonly record: TrailRecord;
}

/** Successful writes of one kind that the functions made. */
function writes(world: World, eventName: string): readonly Write[] {
  return world.account.trail
    .filter(
      (record) =>
        record.eventName === eventName && record.errorCode === undefined && record.userIdentity.type === 'AssumedRole',
    )
    .map((record) => ({ at: Date.parse(record.eventTime), record }));
}

function keyWrites(world: World, ...names: readonly string[]): readonly Write[] {
  const all = names.length === 0 ? ['CreateAccessKey', 'UpdateAccessKey', 'DeleteAccessKey'] : names;
  return all.flatMap((name) => writes(world, name));
}

function tokenOf(write: Write | undefined): string {
  return String(write?.record.requestParameters?.clientRequestToken);
}

function isOf({ record }: Write, entry: RegistryEntry): boolean {
  return String(record.requestParameters?.secretId).endsWith(secretName(entry.id));
}

function audited(audits: readonly Audit[], event: string): number {
  return audits.filter((audit) => audit.event === event).length;
}
