import type { AuditEvent } from '../../core/audit';
import { after, DAY, latest } from '../../core/duration';
import { targetName, targetSetDigest } from '../../core/hosts/target';
import { tagFor } from '../../core/key/dated-tag';
import { isDelivered } from '../../core/key/delivery-mark';
import { type Exemption, exemptionOf } from '../../core/key/exemption';
import { pauseOf } from '../../core/key/pause';
import { isReplaced, isReplacedInIam } from '../../core/key/replaced';
import { currentKey, currentVersion, type SecretState } from '../../core/key/secret-state';
import { undelivered } from '../../core/lifecycle/breaker';
import { isObserved } from '../../core/lifecycle/observed';
import { registryParameterName, TAG } from '../../core/names';
import type { Evidence } from '../evidence/evidence';
import { groupBy } from '../group-by';
import { acceptedId, exemptionsIn } from './exempt';
import { firstRotationBy } from './first-rotation';
import { isLateWithin, livesOf } from './lives';
import type { Change, KeyLife, ManagedKeyHistory, OwnChangeLine } from './model';
import { writerOf } from './own-changes';
import type { ManagedKey, Scope } from './scope';
import { isWithin, ONE_RUN } from './time-bounds';

/** Every managed key with its history, by ID. */
export function historiesOf(
  evidence: Evidence,
  scope: Scope,
  changes: readonly Change[],
  ownChanges?: readonly OwnChangeLine[],
): readonly ManagedKeyHistory[] {
  const changesOf = groupBy(changes, ({ key }) => key);
  const exemptions = exemptionsIn(evidence);
  return scope.keys.map((managed) => ({
    ...historyOf(evidence, managed, livesOf(managed, changesOf.get(managed.key) ?? [], evidence)),
    exception: exceptionOf(exemptions, managed.key, evidence.gatheredAt),
    policyChangedAt: managed.changedAt?.toISOString(),
    policyWritten: writerOf(ownChanges, registryParameterName(managed.key), managed.changedAt),
  }));
}

function exceptionOf(exemptions: readonly Exemption[], key: string, now: Date): string | undefined {
  const exemption = exemptionOf(exemptions, key, now);
  return exemption && acceptedId(exemption);
}

function historyOf(evidence: Evidence, managed: ManagedKey, lives: readonly KeyLife[]): ManagedKeyHistory {
  const { key, user, policy, entry, events } = managed;
  const own = events.filter(({ time }) => isWithin(evidence, time));
  const count = (name: string) => own.filter(({ event }) => event === name).length;
  const current = currentOf(managed, lives);
  const due = current === undefined ? undefined : after(current.createdAt, policy.rotateAfter * DAY).toISOString();
  const state = stateOf(evidence, managed);
  const marks = lives.flatMap((life) => life.marks).filter(({ at }) => isWithin(evidence, at));
  return {
    key,
    user,
    policy,
    isManagedNow: entry !== undefined,
    targets: entry?.targets.map(targetName) ?? [],
    currentAccessKeyId: current?.accessKeyId,
    state,
    ...(state === 'undelivered' ? { undeliveredSince: undeliveredSince(managed, evidence.gatheredAt) } : {}),
    ...(due === undefined || entry === undefined || state === 'replaced' ? {} : { rotateDueAt: due }),
    rotations: count('key-stored'),
    lateRotations: lives.filter((life) => isLateWithin(evidence, life)).length,
    deliveries: count('target-delivered'),
    holds: marks.filter(({ kind }) => kind === 'hold').length,
    incidents: marks.filter(({ kind }) => kind === 'incident').length,
    lives: [...lives],
    events: own.map(({ id }) => id),
  };
}

interface Current {
  readonly accessKeyId: string;
  readonly createdAt: Date;
}

/** The secret says which key is current; without it the record does. */
function currentOf({ secret }: ManagedKey, lives: readonly KeyLife[]): Current | undefined {
  if (secret !== undefined) return currentKey(secret);
  const life = lives.findLast(({ origin, phases }) => {
    const last = phases.at(-1);
    if (origin !== 'keyturn' || last === undefined || last.to !== undefined) return false;
    return last.phase === 'current' || last.phase === 'undelivered';
  });
  const born = life?.phases[0]?.from;
  return life === undefined || born === undefined
    ? undefined
    : { accessKeyId: life.accessKeyId, createdAt: new Date(born) };
}

function stateOf({ gatheredAt, entries, record }: Evidence, managed: ManagedKey): ManagedKeyHistory['state'] {
  const { entry, secret, policy } = managed;
  if (entries === undefined) return 'unknown';
  if (entry === undefined) return 'not-managed';
  if (secret === undefined) return 'unknown';
  if (isObserved(entry)) return 'observed';
  if (pauseOf(secret, gatheredAt) !== undefined) return 'paused';
  const end = endOf(managed, record);
  if (end !== undefined) return end;
  const current = currentKey(secret);
  // Somebody put another value there: which key pipelines will get is not known.
  if (current === undefined) {
    if (currentVersion(secret) !== undefined) return 'unknown';
    const by = firstRotationBy(managed);
    return by !== undefined && gatheredAt > by ? 'overdue' : 'not-rotated-yet';
  }
  if (gatheredAt.getTime() - current.createdAt.getTime() > policy.rotateAfter * DAY + ONE_RUN) return 'overdue';
  return isDelivered(secret, current, targetSetDigest(entry.targets, entry.connections)) ? 'on-time' : 'undelivered';
}

/** Whether roles have replaced it: what the tags and the record say of a key that IAM lists as Active is not so. */
function endOf(
  { entry, before, listed, ...own }: ManagedKey,
  record: Evidence['record'],
): 'replaced' | 'unknown' | undefined {
  const { secret, events } = before ?? own;
  if (entry === undefined || secret === undefined || !isReplaced(entry, secret)) return undefined;
  if (!isSaidToGo(secret, events, record)) return undefined;
  if (listed === undefined) return 'unknown';
  return isReplacedInIam(entry, secret, listed) ? 'replaced' : undefined;
}

/** Whoever may tag the secret can write that it goes; what deactivate has announced is in the record, unless that begins later. */
function isSaidToGo(secret: SecretState, events: readonly AuditEvent[], record: Evidence['record']): boolean {
  const current = currentKey(secret)?.accessKeyId;
  const at = current === undefined ? undefined : tagFor(secret, TAG.replaced, current);
  if (at !== undefined && record !== undefined && at < record.beginsAt) return true;
  return events.some(
    ({ event, function: by, reason, accessKeyId }) =>
      event === 'key-deactivation-begun' && by === 'deactivate' && reason === 'replaced' && accessKeyId === current,
  );
}

/** Since its creation or its promotion, or since its targets were changed. */
function undeliveredSince({ entry, secret, changedAt, events }: ManagedKey, now: Date): string | undefined {
  if (entry === undefined || secret === undefined) return undefined;
  const [waiting] = undelivered([{ entry, secret, changedAt }], now);
  if (waiting === undefined) return undefined;
  const made = events.findLast(
    ({ event, accessKeyId }) => event === 'key-promoted' && accessKeyId === waiting.accessKeyId,
  );
  return (made === undefined ? waiting.since : latest(waiting.since, new Date(made.time))).toISOString();
}
