import type { RegistryEntry } from '../config/registry';
import { after, DAY, latest } from '../duration';
import type { AccessKey } from '../key/access-key';
import { inactiveSince, keyRing } from '../key/key-ring';
import { pauseOf } from '../key/pause';
import { tagWithTime, withoutFuture } from '../key/secret-state';
import { TAG } from '../names';
import type { Finding, Plan, StepNamed } from './plan';
import { type RetirementInput, successorProblem } from './plan-deactivation';
import { retirementAges } from './retirement';

/** What a deletion may take. */
export type DeletionStep = StepNamed<'record-inactive' | 'delete' | 'clear-record'>;

/** Decides which Inactive superseded keys are deleted now. */
export function planDeletion(given: RetirementInput): Plan<DeletionStep> {
  const input = { ...given, secret: withoutFuture(given.secret, given.now) };
  const { entry, secret, keys, lastUsed, now } = input;
  const paused = pauseOf(entry.id, secret, now);
  if (paused !== undefined) return { steps: [], findings: [paused] };
  const ring = keyRing(secret, keys);
  const steps: DeletionStep[] = [];
  const findings: Finding[] = [];
  for (const key of inactive(input)) {
    const since = inactiveSince(secret, key.accessKeyId);
    if (since === undefined) {
      steps.push({ do: 'record-inactive', accessKeyId: key.accessKeyId });
      findings.push(unknownSince(entry, key, 'Keyturn did not see when it was made Inactive'));
      continue;
    }
    const due = deletionDue(entry, key, since, ring.anchor?.createdAt);
    if (now < due) continue;
    const blocked = ring.anchor === undefined ? undefined : successorProblem(entry, secret, ring, key, due);
    if (blocked !== undefined) {
      findings.push(blocked);
      continue;
    }
    const used = lastUsed.get(key.accessKeyId);
    if (used === undefined) continue;
    if (used.at !== undefined && used.at > since) {
      steps.push({ do: 'record-inactive', accessKeyId: key.accessKeyId });
      findings.push(
        unknownSince(entry, key, `it was used at ${used.at.toISOString()}, so somebody had made it Active again`),
      );
      continue;
    }
    const makesRoom = ring.anchor === undefined;
    if (makesRoom && used.at !== undefined && now < after(used.at, entry.policy.deactivateAfter * DAY)) continue;
    steps.push({ do: 'delete', accessKeyId: key.accessKeyId, inactiveSince: since });
  }
  // What a run recorded that died right after the deletion.
  const recorded = tagWithTime(secret.tags[TAG.deactivated])?.word;
  const isGone = recorded !== undefined && keys.every(({ accessKeyId }) => accessKeyId !== recorded);
  if (isGone && steps.length === 0) steps.push({ do: 'clear-record' });
  return { steps, findings };
}

/** The keys that may be deleted one day: superseded and Inactive, or the one that makes room for the first rotation. */
function inactive({ entry, secret, keys }: RetirementInput): readonly AccessKey[] {
  const ring = keyRing(secret, keys);
  const candidates = ring.superseded.filter(({ status }) => status === 'Inactive');
  if (ring.anchor !== undefined) return candidates;
  return entry.adopt === 'replace-idle' && keys.length === 2 ? candidates.slice(0, 1) : [];
}

/** When an Inactive key may be deleted: when it has the age, and after the whole time to recover (K4). */
function deletionDue(entry: RegistryEntry, key: AccessKey, since: Date, successorCreatedAt: Date | undefined): Date {
  const { deactivateAfter, deleteAfter } = entry.policy;
  const age =
    successorCreatedAt === undefined
      ? after(key.createdAt, deleteAfter * DAY)
      : retirementAges(entry.policy, key.createdAt, successorCreatedAt).delete;
  return latest(age, after(since, (deleteAfter - deactivateAfter) * DAY));
}

function unknownSince(entry: RegistryEntry, key: AccessKey, why: string): Finding {
  const recovery = entry.policy.deleteAfter - entry.policy.deactivateAfter;
  return {
    code: 'inactive-since-unknown',
    key: entry.id,
    accessKeyId: key.accessKeyId,
    severity: 'notice',
    message: `Key "${entry.id}": ${key.accessKeyId} is Inactive; ${why}. Its ${recovery} days of recovery count from now.`,
  };
}
