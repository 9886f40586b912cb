import type { RegistryEntry } from '../config/registry';
import type { AccessKey } from '../key/access-key';
import type { FoundOfAccessKey } from './found';
import type { Part } from './rules';
import type { StepNamed } from './steps';

/** A person made a deactivated key Active again. */
export type Reactivated = FoundOfAccessKey<
  'reactivated',
  {
    readonly overlapDays: number;
    /** It is the current one, which roles are to replace. @default false */
    readonly isReplaced?: true;
  }
>;

/**
 * It is left so for another whole overlap, which counts from its record.
 *
 * @param idleFor days that the current one is left, where roles are to replace it
 */
export function reactivated(
  { id, policy }: RegistryEntry,
  { accessKeyId }: AccessKey,
  idleFor?: number,
): Part<StepNamed<'record-reactivation'>, Reactivated> {
  const overlapDays = idleFor ?? policy.deactivateAfter - policy.rotateAfter;
  const isReplaced = idleFor === undefined ? {} : { isReplaced: true as const };
  return {
    steps: [{ do: 'record-reactivation', accessKeyId }],
    findings: [{ code: 'reactivated', key: id, accessKeyId, facts: { overlapDays, ...isReplaced } }],
  };
}
