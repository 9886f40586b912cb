import type { Evidence } from '../evidence/evidence';
import { actionOfEvent } from './actions';
import { exceptionsInWords } from './exception-words';
import { isDelayed } from './exempt';
import type { WeighedLimit } from './limits';
import type { Report } from './model';
import { isUndeployed } from './own-changes';
import { plural } from './plural';
import { isOpen } from './secrets';
import { isOutOfReach } from './trail-spans';

type Summary = Report['summary'];

/** The tables that the summary counts, and what is weighed beside them. */
export interface Tables
  extends Pick<
    Report,
    | 'accessKeys'
    | 'managedKeys'
    | 'changes'
    | 'controls'
    | 'runs'
    | 'events'
    | 'attention'
    | 'exceptions'
    | 'ownChanges'
    | 'secretReaders'
  > {
  readonly limits: readonly WeighedLimit[];
  readonly isDoubtful: boolean;
  /** What CloudTrail could be asked; undefined where it could not. */
  readonly trail: Evidence['trail'];
}

/** Every number can be counted again in the tables. */
export function summaryOf(tables: Tables): Summary {
  const { accessKeys, managedKeys, changes, runs, events, exceptions } = tables;
  const count = (name: string) => events.filter(({ event }) => event === name).length;
  const add = (pick: (row: Report['runs'][number]) => number) => runs.reduce((sum, row) => sum + pick(row), 0);
  const existing = accessKeys.filter(({ role }) => role !== 'gone');
  const ages = accessKeys.flatMap(({ role, ageDays }) =>
    role === 'current' && ageDays !== undefined ? [ageDays] : [],
  );
  const inForce = exceptions.filter(({ isInForce }) => isInForce).length;
  const counted = {
    exceptionsInForce: inForce,
    accessKeys: existing.length,
    activeAccessKeys: existing.filter(({ status }) => status === 'Active').length,
    managedKeys: managedKeys.filter(({ isManagedNow }) => isManagedNow).length,
    managedKeysOnTime: managedKeys.filter(({ state }) => state === 'on-time').length,
    rotations: count('key-stored'),
    lateRotations: managedKeys.reduce((sum, { lateRotations }) => sum + lateRotations, 0),
    deliveries: count('target-delivered'),
    failedDeliveries: count('target-failed'),
    deactivations: count('key-deactivated'),
    deletions: count('key-deleted'),
    holds: managedKeys.reduce((sum, { holds }) => sum + holds, 0),
    findings: count('finding'),
    changesWithoutKeyturn: changes.filter(({ result, isManaged }) => result === 'without-keyturn' && isManaged).length,
    changesOfUnmanagedUsers: changes.filter(({ isManaged }) => !isManaged).length,
    eventsWithoutTrail: changes.filter(({ result }) => result === 'without-trail').length,
    changesMatched: changes.filter(({ result }) => result === 'matched').length,
    runs: add((row) => row.runs),
    runsWithoutChange: add((row) => row.runs - row.changed),
    runsIncomplete: add((row) => row.incomplete),
    ...(tables.ownChanges === undefined ? {} : { ownChanges: tables.ownChanges.filter(isUndeployed).length }),
    ...(tables.secretReaders === undefined ? {} : { openSecrets: tables.secretReaders.filter(isOpen).length }),
    ...(ages.length === 0 ? {} : { oldestCurrentKeyDays: Math.max(...ages) }),
  };
  const violations = violationsOf(tables, counted);
  const doubts = doubtsOf(tables, counted);
  const yesOrNo = inForce > 0 ? 'compliant-with-exceptions' : 'compliant';
  const verdict = violations.length > 0 ? 'not-compliant' : doubts.length > 0 ? 'cannot-tell' : yesOrNo;
  return { verdict, headline: headlineOf(verdict, violations, doubts, tables, counted), ...counted };
}

type Counted = Omit<Summary, 'verdict' | 'headline'>;

/** What is proved to be against the rules. */
function violationsOf({ controls, managedKeys, attention, changes: all }: Tables, counted: Counted): readonly string[] {
  // What somebody has accepted is listed, and is no violation.
  const isOpen = (item: Report['attention'][number]) => item.exception === undefined;
  const keysOf = (wanted: Report['attention'][number]['kind']) =>
    attention.filter(isOpen).flatMap(({ kind, key }) => (kind === wanted && key !== undefined ? [key] : []));
  const overdue = managedKeys
    .filter(({ state, exception }) => state === 'overdue' && exception === undefined)
    .map(({ key }) => key);
  const accepted = attention.filter((item) => item.kind === 'late-rotation' && !isOpen(item));
  const acceptedOf = (key: string) => accepted.filter((item) => item.key === key && item.id.startsWith('late-')).length;
  const late = managedKeys
    .map(({ key, lateRotations }) => ({ key, times: lateRotations - acceptedOf(key) }))
    .filter(({ times }) => times > 0);
  const lateTimes = late.reduce((sum, { times }) => sum + times, 0);
  const beyond = keysOf('late-deactivation');
  const waiting = keysOf('late-delivery');
  const failed = controls.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id);
  // Changes have their place in the table of changes; what is found without one is listed alone.
  const changes = new Set(all.map(({ id }) => id));
  const found = attention.filter(({ kind, id }) => kind === 'without-keyturn' && !changes.has(id)).length;
  return [
    some(counted.changesWithoutKeyturn, 'change was made without Keyturn', 'changes were made without Keyturn'),
    some(found, 'change was found that nobody told of', 'changes were found that nobody told of'),
    named(overdue.length, 'managed key is overdue', 'managed keys are overdue', overdue),
    named(beyond.length, 'managed key is behind its dates', 'managed keys are behind their dates', beyond),
    named(waiting.length, 'managed key is not delivered', 'managed keys are not delivered', waiting),
    named(
      lateTimes,
      'rotation came late',
      'rotations came late',
      late.map(({ key }) => key),
    ),
    named(failed.length, 'control fails', 'controls fail', failed),
  ].flat();
}

/** Its age and its delivery are accepted; that it is not known how it stands is not. */
function isAccepted(managed: Report['managedKeys'][number]): boolean {
  return managed.exception !== undefined && isDelayed(managed);
}

/** What would have to be known for a yes. */
function doubtsOf(
  { controls, managedKeys, limits, attention, isDoubtful, trail }: Tables,
  counted: Counted,
): readonly string[] {
  const inState = (wanted: Report['managedKeys'][number]['state']) =>
    managedKeys.filter((managed) => managed.state === wanted && !isAccepted(managed)).length;
  const open = attention.filter(({ kind, severity }) => kind === 'open-finding' && severity !== 'low').length;
  const unknown = controls.filter(({ verdict }) => verdict === 'unknown').length;
  const gaps = attention.filter(({ kind }) => kind === 'log-gap').length;
  const tampered = attention.filter(({ kind }) => kind === 'tampering').length;
  const decisive = limits.filter(({ isDecisive }) => isDecisive).length;
  return [
    some(counted.eventsWithoutTrail, 'event is not in CloudTrail', 'events are not in CloudTrail'),
    isDoubtful ? ["changes have another principal than Keyturn's"] : [],
    some(gaps, 'gap is in the record', 'gaps are in the record'),
    some(tampered, 'sign of tampering was found', 'signs of tampering were found'),
    trail !== undefined ? [] : ['nothing could be reconciled with CloudTrail'],
    some(inState('unknown'), 'managed key is not known to be on time', 'managed keys are not known to be on time'),
    some(inState('not-rotated-yet'), 'managed key is not rotated yet', 'managed keys are not rotated yet'),
    some(inState('paused'), 'managed key is paused', 'managed keys are paused'),
    some(inState('observed'), 'managed key is only observed', 'managed keys are only observed'),
    some(open, 'finding is open', 'findings are open'),
    some(unknown, 'control cannot be judged', 'controls cannot be judged'),
    some(decisive, 'limit of the evidence is listed', 'limits of the evidence are listed'),
  ].flat();
}

/** The most that a sentence names. */
const MOST_NAMED = 3;

function named(count: number, one: string, many: string, names: readonly string[]): readonly string[] {
  const few = names.slice(0, MOST_NAMED);
  const more = names.length - few.length;
  const list = more > 0 ? `${few.join(', ')} and ${more} more` : listed(few);
  return some(count, one, many).map((text) => `${text} (${list})`);
}

function some(count: number, one: string, many: string): readonly string[] {
  return count === 0 ? [] : [plural(count, one, many)];
}

function headlineOf(
  verdict: Summary['verdict'],
  violations: readonly string[],
  doubts: readonly string[],
  tables: Tables,
  counted: Counted,
): string {
  switch (verdict) {
    case 'not-compliant':
      return `Not compliant: ${listed(violations)}.`;
    case 'cannot-tell':
      return `Cannot tell: nothing was found against the rules, but ${listed(doubts)}.`;
    case 'compliant':
    case 'compliant-with-exceptions':
      return [yes(tables, counted), ...besides(counted), ...tables.limits.flatMap(({ caveat }) => caveat ?? [])].join(
        ' ',
      );
  }
}

/** A yes says how much it rests on. */
function yes(
  { trail, events, limits, exceptions, managedKeys: histories }: Tables,
  { managedKeys, managedKeysOnTime, changesMatched, exceptionsInForce }: Counted,
): string {
  const replaced = histories.filter(({ state }) => state === 'replaced').length;
  const left = managedKeys - replaced;
  const keys =
    left === 0
      ? replaced === 0
        ? ['Keyturn manages no key']
        : []
      : [`${managedKeysOnTime} of ${plural(left, 'managed key')} ${managedKeysOnTime === 1 ? 'is' : 'are'} on time`];
  const gone = some(replaced, 'managed key is replaced by roles', 'managed keys are replaced by roles');
  const isWhole = limits.every(({ caveat }) => caveat === undefined);
  const changes = plural(changesMatched, 'change', 'changes');
  const hasFiles = trail?.spans !== undefined;
  const reach = isWhole ? '' : hasFiles ? ' of the time that CloudTrail shows' : " of CloudTrail's last 90 days";
  const alone = events.filter(
    (event) => actionOfEvent(event) !== undefined && trail !== undefined && isOutOfReach(trail, new Date(event.time)),
  ).length;
  const other = hasFiles ? 'other' : 'older';
  const beyond = some(
    alone,
    `${other} one is known from the record alone`,
    `${other} ones are known from the record alone`,
  );
  const rest = (controls: string) =>
    listed([
      ...keys,
      ...gone,
      `${changes}${reach} ${changesMatched === 1 ? 'is' : 'are'} accounted for`,
      ...beyond,
      controls,
    ]);
  if (exceptionsInForce === 0) return `Compliant: ${rest('every control that applies passes')}.`;
  const excepted = listed(exceptionsInWords(exceptions));
  const others = rest('every control passes, or is excepted for these keys alone');
  return `Compliant, with ${plural(exceptionsInForce, 'exception')} in force: ${excepted}. ${others}.`;
}

/** What no control asks about, and whoever relies on a yes wants to know. */
function besides({ ownChanges = 0, openSecrets = 0 }: Counted): readonly string[] {
  const changed = some(ownChanges, 'change to Keyturn itself was', 'changes to Keyturn itself were');
  const open = some(openSecrets, 'secret does', 'secrets do');
  return [
    ...changed.map((text) => `${text} not made by a deployment.`),
    ...open.map((text) => `${text} not say in the own policy who may read the value.`),
  ];
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
