import { after, DAY, daysBetween, latest } from '../duration';
import type { AccessKey } from '../key/access-key';
import { inactiveSince, type KeyRing, reactivatedAt } from '../key/key-ring';
import type { FoundOfKey } from './found';
import { type Reactivated, reactivated } from './reactivated';
import type { RetirementInput } from './retirement';
import { type Part, together } from './rules';
import type { Plan, StepNamed } from './steps';

type MakingRoomStep = StepNamed<'deactivate' | 'record-reactivation'>;

/** Two adopted keys, and none of them is idle for long enough to make room. */
export type NeitherIdle = FoundOfKey<
  'two-keys',
  {
    readonly is: 'neither-idle';
    readonly user: string;
    readonly deactivateAfter: number;
    /** Days are undefined where the last use is not known. */
    readonly keys: readonly { readonly accessKeyId: string; readonly idleDays: number | undefined }[];
  }
>;

/**
 * Adoption of a user with two keys: `adopt: replace-idle` lets one of them be retired in the ordinary way, and only if
 * it has not been used for as long as a key normally lives.
 */
export function planMakingRoom(input: RetirementInput, ring: KeyRing): Plan<MakingRoomStep, NeitherIdle | Reactivated> {
  const { entry, keys } = input;
  const isUnderWay = ring.superseded.some(({ status }) => status === 'Inactive');
  if (entry.adopt !== 'replace-idle' || keys.length < 2 || isUnderWay) return { steps: [], findings: [] };
  const idle = idlest(input, ring);
  return together<MakingRoomStep, NeitherIdle | Reactivated>([
    idle === undefined ? neitherIdle(input, ring) : retired(input, idle),
  ]);
}

/** The key that nobody has used for the longest, if that is long enough. */
function idlest(input: RetirementInput, { superseded }: KeyRing): AccessKey | undefined {
  const { entry, now } = input;
  return superseded
    .flatMap((key) => {
      const since = idleSince(input, key);
      return since !== undefined && after(since, entry.policy.deactivateAfter * DAY) <= now ? [{ key, since }] : [];
    })
    .sort((a, b) => a.since.getTime() - b.since.getTime())
    .at(0)?.key;
}

/** A key that never was used counts from its creation, and one that a person wants back from then; undefined when unknown. */
function idleSince({ secret, lastUsed }: RetirementInput, key: AccessKey): Date | undefined {
  const used = lastUsed.get(key.accessKeyId);
  if (used === undefined) return undefined;
  const instants = [key.createdAt, used.at, reactivatedAt(secret, key.accessKeyId)];
  return latest(...instants.filter((instant) => instant !== undefined));
}

function retired({ entry, secret }: RetirementInput, key: AccessKey): Part<MakingRoomStep, Reactivated> {
  const { accessKeyId } = key;
  if (inactiveSince(secret, accessKeyId) !== undefined) return reactivated(entry, key);
  return { steps: [{ do: 'deactivate', accessKeyId, reason: 'replace-idle' }] };
}

function neitherIdle(input: RetirementInput, { superseded }: KeyRing): Part<never, NeitherIdle> {
  const { entry, now } = input;
  const keys = superseded.map((key) => {
    const since = idleSince(input, key);
    return { accessKeyId: key.accessKeyId, idleDays: since && daysBetween(since, now) };
  });
  const { deactivateAfter } = entry.policy;
  return {
    findings: [
      { code: 'two-keys', key: entry.id, facts: { is: 'neither-idle', user: entry.user, deactivateAfter, keys } },
    ],
  };
}
