import type { RegistryEntry } from '../config/registry';
import type { AccessKey } from '../key/access-key';
import type { FoundOfAccessKey } from './found';
import type { Part } from './rules';
import type { StepNamed } from './steps';

/** A person made a deactivated key Active again. */
export type Reactivated = FoundOfAccessKey<'reactivated', { readonly overlapDays: number }>;

/** It is left so for another whole overlap, which counts from its record. */
export function reactivated(
  { id, policy }: RegistryEntry,
  { accessKeyId }: AccessKey,
): Part<StepNamed<'record-reactivation'>, Reactivated> {
  const overlapDays = policy.deactivateAfter - policy.rotateAfter;
  return {
    steps: [{ do: 'record-reactivation', accessKeyId }],
    findings: [{ code: 'reactivated', key: id, accessKeyId, facts: { overlapDays } }],
  };
}
