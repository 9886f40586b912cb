import { type AuditEvent, attemptOfEvent } from '../../core/audit';
import { after, DAY, HOUR, MINUTE } from '../../core/duration';
import { EXEMPTION_EVENTS, LONGEST_EXEMPTION } from '../../core/key/exemption';
import type { Evidence, EvidenceSource, ProvidedRecord, TrailSpan } from '../evidence/evidence';
import { groupBy } from '../group-by';
import type { Limit } from './model';
import { plural } from './plural';
import type { Reconciliation } from './reconcile';
import type { Scope } from './scope';
import { secretReadersOf } from './secrets';
import { dayOf, TOLERANCE } from './time-bounds';
import { unprovedFiles } from './trail-proof';
import { isTooYoung, trailSpansOf } from './trail-spans';

/** A limit, and whether what it hides could turn a yes into a no. */
export interface WeighedLimit extends Limit {
  readonly isDecisive: boolean;
  /** What a yes has to say beside itself, because of it. */
  readonly caveat?: string;
}

const MISSING: Record<EvidenceSource, string> = {
  'audit-record': 'The audit record could not be read: no rotation, delivery or deletion can be proved.',
  'provider-record':
    "The provider's record could not be read: whether somebody has changed what its endpoint recorded does not show.",
  'seal-key':
    'The public key of the seal could not be read, so no seal was checked: whoever may write into the log group may have written any event.',
  cloudtrail:
    "CloudTrail's event history could not be read: nothing is reconciled, and changes without Keyturn do not show.",
  'trail-files': "The trail's files could not be read.",
  'credential-report':
    'There is no IAM credential report: only keys of managed users are listed, and no last use is known.',
  iam: 'IAM did not list the keys of the managed users: keys that people made, deactivated or deleted may not show.',
  registry: 'The registry could not be read: which keys are managed is known from the record only.',
  secrets: 'The secrets could not be described: which key is current is known from the record only.',
  'audit-terms':
    'Which frameworks were chosen and which exceptions accepted could not be read: every control is judged, and nothing is accepted.',
  deployment:
    'What the deployment says of itself could not be read: neither changes to Keyturn itself nor the rights of its functions show.',
  'own-changes': 'CloudTrail could not be asked about changes to Keyturn itself: none shows.',
  'secret-policies': "No secret's own policy could be read: who may read the secrets is not known.",
};

/** What stands beside the verdict: without it a yes or a no is the same. */
const BESIDE: ReadonlySet<EvidenceSource> = new Set<EvidenceSource>([
  // Without the terms the report is stricter, so that a yes stays one.
  'audit-terms',
  'provider-record',
  'trail-files',
  'deployment',
  'own-changes',
  'secret-policies',
]);

/** What the report could not see. It says so, and guesses nothing in its place. */
export function limitsOf(evidence: Evidence, scope: Scope, reconciliation: Reconciliation): readonly WeighedLimit[] {
  return [
    ...sources(evidence),
    ...recordLimits(evidence, scope),
    ...exemptionLimits(evidence, scope),
    ...sealLimits(evidence),
    ...providedLimits(evidence),
    ...trailLimits(evidence, reconciliation),
    ...ownLimits(evidence),
    ...policyLimits(evidence),
    ...reportLimits(evidence),
    ...(evidence.usersNotListed ?? []).map((user) =>
      decisive('iam', `IAM did not list the access keys of the managed user ${user}: which it has is not known.`),
    ),
    ...evidence.invalidEntries.map(({ id, message }) =>
      decisive('registry', `The registry entry "${id}" cannot be read, so its key is not judged by it: ${message}`),
    ),
    ...clockLimits(evidence, reconciliation),
  ];
}

function sources({ failures, record, trail, credentialReport, listedKeys, entries, secrets }: Evidence) {
  // Some may not be there at all, or cannot be looked for without another one.
  const isRead = (wanted: EvidenceSource) => (failures.some(({ source }) => source === wanted) ? undefined : true);
  const had: Record<EvidenceSource, unknown> = {
    'audit-record': record,
    'provider-record': isRead('provider-record'),
    'seal-key': isRead('seal-key'),
    cloudtrail: trail,
    'trail-files': isRead('trail-files'),
    'credential-report': credentialReport,
    iam: listedKeys,
    registry: entries,
    secrets,
    'audit-terms': isRead('audit-terms'),
    deployment: isRead('deployment'),
    'own-changes': isRead('own-changes'),
    'secret-policies': isRead('secret-policies'),
  };
  const why = new Map(failures.map(({ source, message }) => [source, message]));
  const missing = (Object.keys(had) as EvidenceSource[])
    // Of which times the files do not tell, stands with the times.
    .filter((source) => had[source] === undefined && (source !== 'trail-files' || trail === undefined))
    .map((source) => {
      const reason = why.get(source);
      const message = reason === undefined ? MISSING[source] : `${MISSING[source]} ${reason}`;
      return { source, message, isDecisive: !BESIDE.has(source) };
    });
  const partly = failures
    .filter(({ source }) => had[source] !== undefined)
    .map(({ source, message }) => decisive(source, `Only a part could be read: ${message}`));
  return [...missing, ...partly];
}

/** Nothing rests on these: they are counted as what nobody can check here. */
function providedLimits({ provided }: Evidence): readonly WeighedLimit[] {
  const messages = [providedBefore(provided?.before), unreadOf(provided?.readUntil)].filter((one) => one !== undefined);
  return messages.map((message) => ({ source: 'provider-record', message, isDecisive: false }));
}

function unreadOf(from: Date | undefined): string | undefined {
  return (
    from &&
    `The record of the provider's endpoint is larger than a report has room for: what it has from ${from.toISOString()} on was ` +
      'not looked at, so that a change there does not show. Make the report of a shorter period.'
  );
}

function providedBefore(before: ProvidedRecord['before']): string | undefined {
  if (before === undefined) return undefined;
  const { lines, until } = before;
  return (
    `${plural(lines, 'line')} of the record of the provider's endpoint, the last of ${until.toISOString()}, ` +
    `${lines === 1 ? 'is' : 'are'} sealed by another key than the present one, all from before its first: an endpoint before ` +
    'this one wrote them. keyturn verify checks a copy of them with the public key of then.'
  );
}

function recordLimits({ record, since }: Evidence, scope: Scope): readonly WeighedLimit[] {
  if (record === undefined || record.beginsAt <= since) return [];
  const { beginsAt, logGroup } = record;
  const wasManaged = scope.keys.some((key) => key.since !== undefined && key.since < after(beginsAt, -DAY));
  const message =
    `The record ${logGroup} begins at ${beginsAt.toISOString()}, after the start of the period: it was made then, or its ` +
    'retention has passed, or somebody deleted it.';
  return [{ source: 'audit-record', message, isDecisive: wasManaged }];
}

/**
 * How far back the record tells what somebody has accepted: one that does not show excuses nothing, so that a yes stays
 * one. What counts is sealed.
 */
function exemptionLimits({ record, gatheredAt }: Evidence, scope: Scope): readonly WeighedLimit[] {
  if (record === undefined) return [];
  const { beginsAt, seals, events } = record;
  const told = (message: string): WeighedLimit => ({ source: 'audit-record', message, isDecisive: false });
  if (seals === undefined && events.some(({ event }) => IS_OF_EXEMPTION.has(event))) {
    return [told('The record tells of accepted exceptions, and no seal could be checked: none of them counts.')];
  }
  const wasManaged = scope.keys.some((key) => key.since !== undefined && key.since < after(beginsAt, -DAY));
  if (beginsAt <= after(gatheredAt, -LONGEST_EXEMPTION) || !wasManaged) return [];
  return [
    told(
      `The record begins at ${beginsAt.toISOString()}, and an exception may be accepted for a year: one that was accepted ` +
        'before does not show, and does not count. The archive may have it; accept it anew where it is still meant.',
    ),
  ];
}

const IS_OF_EXEMPTION: ReadonlySet<string> = new Set(EXEMPTION_EVENTS);

/** What was written before there were seals rests on who could write into the log group. */
function sealLimits({ record, since }: Evidence): readonly WeighedLimit[] {
  const { seals, events = [] } = record ?? {};
  if (seals === undefined || events.length === 0) return [];
  if (seals.since === undefined) {
    return [
      decisive(
        'seal-key',
        'No event of the record has a seal: whoever may write into the log group may have written any.',
      ),
    ];
  }
  if (seals.since <= since || seals.before === 0) return [];
  const message = `The functions seal what they write since ${seals.since.toISOString()}. ${plural(seals.before, 'event')} from before ${seals.before === 1 ? 'is' : 'are'} as true as those are who could write into the log group.`;
  return [{ source: 'seal-key', message, isDecisive: false }];
}

function trailLimits(evidence: Evidence, { unmatchable, ownerless }: Reconciliation): readonly WeighedLimit[] {
  const { trail, until } = evidence;
  if (trail === undefined) return [];
  const unproved = unprovedFiles(evidence).map((found) => ({ source: 'trail-files' as const, ...found }));
  const limits: WeighedLimit[] = [...absentLimits(evidence), ...unproved];
  if (trail.to < until) {
    const message = `CloudTrail was asked up to ${trail.to.toISOString()}: it shows events some minutes late. What is younger is not reconciled.`;
    limits.push({ source: 'cloudtrail', message, isDecisive: until.getTime() - trail.to.getTime() > HOUR });
  }
  if (ownerless.size > 0) {
    const message = `${plural(ownerless.size, 'record')} of CloudTrail's ${ownerless.size === 1 ? 'does' : 'do'} not say whose access key or secret was changed.`;
    limits.push(decisive('cloudtrail', message));
  }
  if (unmatchable > 0) {
    const message = `${plural(unmatchable, "write of CloudTrail's", "writes of CloudTrail's")} to managed users and secrets could not be matched, because there is no audit record.`;
    limits.push(decisive('cloudtrail', message));
  }
  return limits;
}

/** The most times that one sentence names. */
const MOST_TIMES = 3;

/**
 * What CloudTrail could not be asked about. Every account has such a time, and the runs look at the keys every day, so it
 * takes nothing from a yes but its reach; not so what is there, or was, and could not be read.
 */
function absentLimits(evidence: Evidence): readonly WeighedLimit[] {
  const absent = trailSpansOf(evidence).filter(
    ({ source, from }) => source === 'absent' && !isTooYoung(evidence, from),
  );
  const [first] = absent;
  if (first === undefined) return [];
  const isOlderOnly = absent.length === 1 && first.from.getTime() === evidence.since.getTime();
  const caveat = isOlderOnly
    ? `Changes before ${dayOf(first.to)} are out of CloudTrail's reach.`
    : `Changes ${timesOf(absent, dayOf)} are out of CloudTrail's reach.`;
  return [...groupBy(absent, ({ why = '' }) => why)].map(([why, spans], at) => {
    const message =
      `${why} What was changed ${timesOf(spans, (instant) => instant.toISOString())} is known from the audit record only, ` +
      'and changes without Keyturn do not show.';
    const isDecisive = spans.some(({ isLost = false }) => isLost);
    const isOfFiles = evidence.trail?.spans !== undefined;
    const limit: WeighedLimit = { source: isOfFiles ? 'trail-files' : 'cloudtrail', message, isDecisive };
    return at === 0 ? { ...limit, caveat } : limit;
  });
}

function timesOf(spans: readonly TrailSpan[], words: (instant: Date) => string): string {
  const named = spans.slice(0, MOST_TIMES).map(({ from, to }) => `from ${words(from)} to ${words(to)}`);
  const more = spans.length - named.length;
  return `${named.join(', ')}${more > 0 ? `, and at ${more} more times` : ''}`;
}

/** Where there is much to read, not all of it is. */
function ownLimits({ ownHistory }: Evidence): readonly WeighedLimit[] {
  const { unread = [] } = ownHistory ?? {};
  if (unread.length === 0) return [];
  const message = `CloudTrail has too many calls of ${unread.join(', ')} to read them all: of the changes to Keyturn itself by them the older ones do not show.`;
  return [{ source: 'own-changes', message, isDecisive: false }];
}

/** A policy that nobody may read, or that hides: it may admit anybody. */
function policyLimits(evidence: Evidence): readonly WeighedLimit[] {
  const hidden = (secretReadersOf(evidence) ?? [])
    .filter(({ state }) => state === 'unknown')
    .map(({ secret }) => secret);
  if (hidden.length === 0) return [];
  const few = hidden.slice(0, 5).join(', ') + (hidden.length > 5 ? `, and ${hidden.length - 5} more` : '');
  const message = `The own policy of ${plural(hidden.length, 'secret')} could not be read: ${few}. Who may read ${hidden.length === 1 ? 'its value' : 'their values'} is not known.`;
  return [{ source: 'secret-policies', message, isDecisive: false }];
}

function reportLimits({ credentialReport, gatheredAt }: Evidence): readonly WeighedLimit[] {
  if (credentialReport === undefined) return [];
  const { generatedAt, unknownColumns, principals } = credentialReport;
  const limits: WeighedLimit[] = [];
  const age = gatheredAt.getTime() - generatedAt.getTime();
  if (age > 5 * MINUTE) {
    const message =
      `The IAM credential report is of ${generatedAt.toISOString()}, ${plural(Math.round(age / MINUTE), 'minute')} old (IAM makes one in ` +
      'four hours at most). What unmanaged users did since does not show.';
    limits.push({ source: 'credential-report', message, isDecisive: age > 5 * HOUR });
  }
  if (unknownColumns.length > 0) {
    const message = `The IAM credential report has columns that this version does not know and did not read: ${unknownColumns.join(', ')}.`;
    limits.push({ source: 'credential-report', message, isDecisive: false });
  }
  const silent = principals.flatMap(({ user, keys }) =>
    keys.flatMap(({ slot, active, createdAt, lastUsed }) =>
      lastUsed === 'unknown' || (active && createdAt === undefined) ? [`${user} slot ${slot}`] : [],
    ),
  );
  if (silent.length > 0) {
    const few = silent.slice(0, 5).join(', ') + (silent.length > 5 ? `, and ${silent.length - 5} more` : '');
    const message = `The IAM credential report has no information about the creation or last use of ${plural(silent.length, 'key')}: ${few}. What depends on it is unknown.`;
    limits.push({ source: 'credential-report', message, isDecisive: false });
  }
  return limits;
}

function clockLimits({ record, gatheredAt }: Evidence, { skew }: Reconciliation): readonly WeighedLimit[] {
  const limits: WeighedLimit[] = [];
  const latest = after(gatheredAt, TOLERANCE).toISOString();
  const future = record?.events.filter(({ time }) => new Date(time).toISOString() > latest) ?? [];
  if (future.length > 0) {
    const message = `${plural(future.length, 'event')} of the record ${future.length === 1 ? 'is' : 'are'} from the future (${future[0]?.id} says ${future[0]?.time}): a clock is wrong, or somebody made them up.`;
    limits.push(decisive('clock', message));
  }
  if (skew > 0) {
    const message =
      `Events and CloudTrail's records of the same deed are up to ${plural(Math.round(skew / MINUTE), 'minute')} apart, more than the ` +
      `${TOLERANCE / MINUTE} minutes that clocks may differ. They are matched by access key ID; times may be wrong by as much.`;
    limits.push({ source: 'clock', message, isDecisive: false });
  }
  const backwards = outOfOrder(record?.events ?? []);
  if (backwards !== undefined) {
    const message = `Event ${backwards} is earlier than the one before it in its run: the clock was set back, or somebody made it up.`;
    limits.push({ source: 'clock', message, isDecisive: false });
  }
  return limits;
}

/** The first event that is more than the tolerance earlier than a lower number of its run. */
function outOfOrder(events: readonly AuditEvent[]): string | undefined {
  const furthest = new Map<string, AuditEvent>();
  for (const event of events) {
    const attempt = attemptOfEvent(event);
    const last = furthest.get(attempt);
    if (last === undefined || event.sequence > last.sequence) furthest.set(attempt, event);
    // In order of time a lower number must not come after a higher one.
    else if (event.sequence < last.sequence && Date.parse(event.time) - Date.parse(last.time) > TOLERANCE) {
      return last.id;
    }
  }
  return undefined;
}

function decisive(source: Limit['source'], message: string): WeighedLimit {
  return { source, message, isDecisive: true };
}
