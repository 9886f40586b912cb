import type { RegistryEntry } from '../config/registry';
import { after, DAY, latest, MINUTE } from '../duration';
import type { AccessKey } from '../key/access-key';
import { ASK_STANDS_FOR } from '../key/asked';
import { inactiveSince } from '../key/key-ring';
import { changedUser } from '../key/key-user';
import { currentKey, currentVersion, type SecretState, type StoredVersion, storedVersions } from '../key/secret-state';
import { isRollbackAsked, isWithdrawn, keysBefore, rollbackAskedAt, withdrawal } from '../key/withdrawn';
import type { FoundOfAccessKey } from './found';
import { deactivationDue } from './retirement';
import type { StepNamed } from './steps';

/** An administrator took a key back, and it was not done. */
export type NotRolledBack = FoundOfAccessKey<
  'not-rolled-back',
  {
    readonly askedAt: Date;
    readonly is: /** The secret's tag says so, and the sealed record does not. */
      | 'not-in-record'
      /** IAM lists none of the keys that were stored before it. */
      | 'no-key-before'
      /** It is a day ago. */
      | 'lapsed'
      /** A younger one became current meanwhile. */
      | 'overtaken';
  }
>;

/**
 * What brings the key before back: Active, then current; that it is delivered follows from that. Each is one step that
 * may be done twice, and what is left is planned anew from what is there (K9).
 *
 * That it authenticates is proved by sync, which alone may read what is stored, before any target gets it, and at every
 * endpoint where it was Inactive (K2). Rotate has not the right to read secret values, and gets none for this: what stands
 * under a version's ID was proved before it was stored and cannot be changed since, so all that IAM could refuse is a key
 * that is not Active, which IAM itself lists. Should the proof fail all the same, no target gets it, and the withdrawn
 * key, which they hold, stays Active (K1, K3).
 */
export function rollbackSteps(
  secret: SecretState,
  keys: readonly AccessKey[],
  now: Date,
): readonly StepNamed<'reactivate' | 'promote'>[] {
  const from = currentVersion(secret)?.versionId;
  const back = keyOnItsWayBack(secret, keys, now);
  if (from === undefined || back === undefined) return [];
  const { accessKeyId, versionId, status } = back;
  return [
    ...(status === 'Inactive' ? [{ do: 'reactivate', accessKeyId } as const] : []),
    { do: 'promote', accessKeyId, versionId, from, reason: 'rolled-back' },
  ];
}

/** What a rollback that is to be done makes current; undefined where none is asked for, or there is no such key. */
export function keyOnItsWayBack(secret: SecretState, keys: readonly AccessKey[], now: Date) {
  return isRollbackAsked(secret, now) ? keyToComeBack(secret, keys) : undefined;
}

/** The newest key before the current one that IAM still lists. */
function keyToComeBack(secret: SecretState, keys: readonly AccessKey[]) {
  return keysBefore(secret)
    .flatMap((version) => {
      const listed = keys.find(({ accessKeyId }) => accessKeyId === version.accessKeyId);
      return listed === undefined ? [] : [{ ...version, status: listed.status }];
    })
    .at(0);
}

/** What a person who asked has to know; for a day, and what stands in the way for as long as it does. */
export function notRolledBack(
  { id: key }: RegistryEntry,
  secret: SecretState,
  keys: readonly AccessKey[],
  now: Date,
): readonly NotRolledBack[] {
  const said = withdrawal(secret);
  if (said === undefined || isWithdrawn(secret, said)) return [];
  const { accessKeyId, at: askedAt } = said;
  const found = (is: NotRolledBack['facts']['is']) =>
    [{ code: 'not-rolled-back', key, accessKeyId, facts: { is, askedAt } }] as const;
  if (isRollbackAsked(secret, now)) return keyToComeBack(secret, keys) === undefined ? found('no-key-before') : [];
  const isTold = now < after(askedAt, 2 * ASK_STANDS_FOR);
  if (!isTold) return [];
  return found(rollbackAskedAt(secret) === undefined ? 'overtaken' : 'lapsed');
}

/** A call to IAM that was begun is over by then, with all its repetitions. */
const CALL_LIVES = 2 * MINUTE;

/**
 * Until when a run that retires the key before may still be at work, which saw the secret before it was asked for: what
 * became current in between would be made Inactive, or deleted (K1). Whoever retires looks at the secret again just before
 * it calls IAM, so that only such a call may be under way. undefined where the time of no key before has come.
 */
export function retirementsEnd(entry: RegistryEntry, secret: SecretState, now: Date): Date | undefined {
  const current = currentKey(secret);
  const askedAt = rollbackAskedAt(secret);
  if (current === undefined || askedAt === undefined || !isRollbackAsked(secret, now)) return undefined;
  const end = after(askedAt, CALL_LIVES);
  const mayRetire = (version: StoredVersion) =>
    inactiveSince(secret, version.accessKeyId) !== undefined ||
    deactivationDue(entry, secret, current, version) <= latest(now, end);
  return now < end && keysBefore(secret).some(mayRetire) ? end : undefined;
}

/** When the place of a withdrawn key is free again at the soonest; undefined where there is none. */
export function placeIsFreeAt(entry: RegistryEntry, secret: SecretState): Date | undefined {
  const current = currentKey(secret);
  const withdrawn = storedVersions(secret).find((version) => isWithdrawn(secret, version));
  if (current === undefined || withdrawn === undefined || changedUser(secret, entry.user) !== undefined)
    return undefined;
  const { deactivateAfter, deleteAfter } = entry.policy;
  const retires = inactiveSince(secret, withdrawn.accessKeyId) ?? deactivationDue(entry, secret, current, withdrawn);
  return after(retires, (deleteAfter - deactivateAfter) * DAY);
}
