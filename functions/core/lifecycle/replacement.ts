import { after, DAY, earliest, latest } from '../duration';
import { targetName } from '../hosts/target';
import type { AccessKey, LastUsed } from '../key/access-key';
import { tagFor } from '../key/dated-tag';
import { inactiveSince, type KeyRing, reactivatedAt } from '../key/key-ring';
import type { SeenUses } from '../key/key-use';
import { isReplacedInIam, isToGo, type Replacement, type RoleUse, type UnprovedEnd } from '../key/replaced';
import type { StoredVersion } from '../key/secret-state';
import { TAG } from '../names';
import type { FoundOfAccessKey } from './found';
import { type Reactivated, reactivated } from './reactivated';
import type { RetirementInput } from './retirement';
import type { Part } from './rules';
import type { StepNamed } from './steps';

/**
 * What a key waits for that roles are to replace: `take-over`, that its own secret has it, as it lies in the one of another
 * ID still; `older-key`, another key of the user that has to go first; `key`, that
 * nobody uses it; `roles`, that each of them is used.
 */
export type ReplacementWaits = 'take-over' | 'older-key' | 'key' | 'roles';

/** Roles are to take over from the key, and have not yet for all that is known. */
export type NotReplacedYet = FoundOfAccessKey<
  'not-replaced-yet',
  {
    readonly roles: readonly string[];
    readonly idleFor: number;
    readonly waits: ReplacementWaits;
    readonly used: LastUsed | undefined;
    /** @default - nobody has asked CloudTrail */
    readonly by?: SeenUses;
    /** The roles that were not used since, as IAM knows them; undefined for one that could not be looked at. */
    readonly unused: readonly (readonly [role: string, use: RoleUse | undefined])[];
    /** When it could go at the earliest, if nobody uses it. @default - that depends on others */
    readonly notBefore?: Date;
  }
>;

/** The key is Inactive or gone for good: what is left of it is a person's to take away. */
export type Replaced = FoundOfAccessKey<
  'replaced',
  {
    readonly roles: readonly string[];
    readonly since: Date;
    readonly isGone: boolean;
    /** It is Inactive for as long as it has to be, and why it is not deleted. @default - it is, in its time */
    readonly unproved?: UnprovedEnd;
    /** Where its variables are. */
    readonly places: readonly string[];
  }
>;

export type ReplacementFinding = NotReplacedYet | Replaced | Reactivated;
type ReplacementPart = Part<StepNamed<'deactivate' | 'record-reactivation'>, ReplacementFinding>;

/**
 * Whether the current key goes for good, because its roles have taken over: nobody has used it for `idleFor` days, and
 * each of them was used since. Keyturn's own proofs count as uses of the key: whoever is in doubt waits.
 */
export function planReplacement(input: RetirementInput, ring: KeyRing): ReplacementPart {
  const { entry, secret, keys } = input;
  const { current, anchorKey } = ring;
  const { replacedBy } = entry;
  if (replacedBy === undefined || current === undefined) return {};
  if (isReplacedInIam(entry, secret, keys)) return { findings: [replaced(input, current, replacedBy)] };
  // Somebody has broken it: the next rotation repairs that first.
  if (anchorKey?.status !== 'Active') return {};
  if (inactiveSince(secret, anchorKey.accessKeyId) !== undefined)
    return reactivated(entry, anchorKey, replacedBy.idleFor);
  const plan = planActive(input, ring, anchorKey, replacedBy);
  // That a role could not be looked at says nothing: the next run asks again.
  const [waiting] = plan.findings ?? [];
  const isUsed = waiting?.code === 'not-replaced-yet' && waiting.facts.waits === 'key';
  if (!isToGo(entry, secret) || !isUsed) return plan;
  // A run said that the key goes, and died before it went: it is used again, and is delivered and rotated as before.
  return { ...plan, steps: [{ do: 'record-reactivation', accessKeyId: anchorKey.accessKeyId }] };
}

/** The first line that applies decides. */
function planActive(
  input: RetirementInput,
  { superseded }: KeyRing,
  key: AccessKey,
  replacedBy: Replacement,
): ReplacementPart {
  const { secret, lastUsed, roleUses, now } = input;
  const { accessKeyId, createdAt } = key;
  const used = lastUsed.get(accessKeyId);
  const lastSeen = latest(createdAt, used?.at ?? createdAt);
  const uses = replacedBy.roles.map((role) => [role, roleUses?.get(role)] as const);
  // Before the key was used last, a role was only tried.
  const unused = uses.filter(([, use]) => use?.at === undefined || use.at <= lastSeen);
  const waitsFor = (waits: ReplacementWaits, notBefore?: Date): ReplacementPart => {
    const facts = { ...replacedBy, waits, used, unused, ...(notBefore === undefined ? {} : { notBefore }) };
    return { findings: [{ code: 'not-replaced-yet', key: input.entry.id, accessKeyId, facts }] };
  };
  if (secret.takesOver !== undefined) return waitsFor('take-over');
  // There is one record of what is Inactive, and pipelines may hold the one before still.
  if (superseded.length > 0) return waitsFor('older-key');
  if (used === undefined) return {};
  const idle = after(latest(lastSeen, reactivatedAt(secret, accessKeyId) ?? lastSeen), replacedBy.idleFor * DAY);
  if (now < idle) return waitsFor('key', idle);
  if (unused.length > 0) return waitsFor('roles');
  const rolesUsed = earliest(...uses.map(([, use]) => use?.at ?? now));
  return { steps: [{ do: 'deactivate', accessKeyId, reason: 'replaced', roles: replacedBy.roles, rolesUsed }] };
}

/** What is told of a key that went for good and is not deleted, because the record does not prove that it did (K7, K8). */
export function replacedFinding(input: RetirementInput, { current }: KeyRing): readonly Replaced[] {
  const { replacedBy } = input.entry;
  return replacedBy === undefined || current === undefined ? [] : [replaced(input, current, replacedBy)];
}

function replaced(
  { entry, secret, keys, unprovedEnd, now }: RetirementInput,
  { accessKeyId }: StoredVersion,
  { roles }: Replacement,
): Replaced {
  const since = tagFor(secret, TAG.replaced, accessKeyId) ?? now;
  const isGone = keys.every((key) => key.accessKeyId !== accessKeyId);
  const places = entry.targets.map(targetName);
  const facts = { roles, since, isGone, places, ...(unprovedEnd === undefined ? {} : { unproved: unprovedEnd }) };
  return { code: 'replaced', key: entry.id, accessKeyId, since, facts };
}
