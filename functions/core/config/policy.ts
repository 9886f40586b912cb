import * as z from 'zod';

/** When each step of a key's life happens. All in whole days. */
export interface Policy {
  /** Age at which a fresh key is made. @default 90 */
  readonly rotateAfter: number;
  /** Age at which the superseded key is made Inactive. @default 100 */
  readonly deactivateAfter: number;
  /** Age at which it is deleted. @default 110 */
  readonly deleteAfter: number;
  /** A key that was used within this time is in use, and its deactivation is held. @default 2 */
  readonly idleFor: number;
  /** For how long a due deactivation may be held. @default 10, or less where the policy leaves less room */
  readonly holdLimit: number;
}

const days = (least: number) => z.int().min(least).max(3650);

export const policySchema = z.strictObject({
  rotateAfter: days(1).describe('Age in days at which a fresh key is made.'),
  deactivateAfter: days(1).describe('Age in days at which the superseded key is made Inactive.'),
  deleteAfter: days(1).describe('Age in days at which the superseded key is deleted.'),
  idleFor: days(0).describe('A key used within this many days is in use; its deactivation is held.'),
  holdLimit: days(0).describe('For how many days a due deactivation may be held.'),
});

/** Policies with a name: their days are chosen to go together. */
export const POLICY_PRESETS = {
  /** For pipelines: no key is rotated before it has to be, and what still uses the one before it has ten days to show. */
  standard: { rotateAfter: 90, deactivateAfter: 100, deleteAfter: 110, idleFor: 2, holdLimit: 10 },
  /**
   * For CIS AWS Foundations 1.14 taken by the word: no key is Active at an age of more than 90 days, one that is held to
   * the limit and waits for the run of the next day included.
   */
  cis: { rotateAfter: 70, deactivateAfter: 80, deleteAfter: 90, idleFor: 2, holdLimit: 9 },
} as const satisfies Readonly<Record<string, Policy>>;
export type PolicyPreset = keyof typeof POLICY_PRESETS;

/** The overrides that a configuration may give; what is left out comes from `policyWith`. */
export const policyOverridesSchema = policySchema.partial();
export type PolicyOverrides = z.infer<typeof policyOverridesSchema>;

const PRESET_NAMES = Object.keys(POLICY_PRESETS);

/** What may stand under `policy`: the name of a preset, which says all of its days, or some days. */
export const policySettingSchema = z.preprocess((value, context) => {
  if (typeof value !== 'string') return value;
  const preset = Object.entries(POLICY_PRESETS).find(([name]) => name === value)?.[1];
  if (preset !== undefined) return { ...preset };
  context.addIssue({ code: 'custom', message: `expected ${PRESET_NAMES.join(', ')} or a map of days` });
  return z.NEVER;
  // Zod takes the input of what is preprocessed for unknown.
}, policyOverridesSchema) as unknown as z.ZodType<PolicyOverrides, PolicyPreset | PolicyOverrides>;

/** The JSON Schema of the same, beside that of a map of days. */
export function policyJsonSchema(): Record<string, unknown> {
  return { type: undefined, anyOf: [{ enum: PRESET_NAMES }, { type: 'object' }] };
}

export const DEFAULT_POLICY: Policy = POLICY_PRESETS.standard;

/** Later overrides win. The hold limit shrinks to the room that the other days leave, unless it is given. */
export function policyWith(...overrides: readonly (PolicyOverrides | undefined)[]): Policy {
  const merged: PolicyOverrides = {};
  for (const override of overrides) {
    for (const [name, value] of Object.entries(override ?? {})) {
      if (value !== undefined) merged[name as keyof Policy] = value;
    }
  }
  const { rotateAfter, deactivateAfter, deleteAfter } = { ...DEFAULT_POLICY, ...merged };
  const room = rotateAfter - (deleteAfter - rotateAfter) - 1;
  const overlap = deactivateAfter - rotateAfter;
  return {
    ...DEFAULT_POLICY,
    idleFor: Math.max(0, Math.min(DEFAULT_POLICY.idleFor, overlap)),
    holdLimit: Math.max(0, Math.min(DEFAULT_POLICY.holdLimit, room)),
    ...merged,
  };
}

/** One thing that is wrong with a policy: the field to look at, and why. */
export interface PolicyProblem {
  readonly field: keyof Policy;
  readonly message: string;
}

/** Everything that is wrong with a policy; empty when it is sound. */
export function policyProblems(policy: Policy): readonly PolicyProblem[] {
  const { rotateAfter, deactivateAfter, deleteAfter, idleFor, holdLimit } = policy;
  const problems: PolicyProblem[] = [];
  if (deactivateAfter <= rotateAfter) {
    problems.push({
      field: 'deactivateAfter',
      message:
        `deactivateAfter (${deactivateAfter}) must be at least one day more than rotateAfter (${rotateAfter}): ` +
        'pipelines that run during the rotation still use the old key, and need the days between.',
    });
  }
  if (deleteAfter <= deactivateAfter) {
    problems.push({
      field: 'deleteAfter',
      message:
        `deleteAfter (${deleteAfter}) must be at least one day more than deactivateAfter (${deactivateAfter}): ` +
        'an Inactive key can be made Active again, a deleted one cannot, so these days are the time to recover.',
    });
  }
  if (problems.length > 0) return problems;
  const retired = deleteAfter - rotateAfter;
  if (retired >= rotateAfter) {
    problems.push({
      field: 'deleteAfter',
      message:
        `deleteAfter − rotateAfter (${retired}) must be less than rotateAfter (${rotateAfter}): ` +
        'IAM allows two access keys a user, and the old key would still be there when the next rotation is due.',
    });
  } else if (retired + holdLimit >= rotateAfter) {
    problems.push({
      field: 'holdLimit',
      message:
        `deleteAfter − rotateAfter + holdLimit (${retired + holdLimit}) must be less than rotateAfter (${rotateAfter}): ` +
        'a key that is held to the limit would still be there when the next rotation is due. ' +
        `Use a holdLimit of at most ${rotateAfter - retired - 1}.`,
    });
  }
  const overlap = deactivateAfter - rotateAfter;
  if (overlap < idleFor) {
    problems.push({
      field: 'idleFor',
      message:
        `idleFor (${idleFor}) must not be more than deactivateAfter − rotateAfter (${overlap}): ` +
        'a key in daily use until its rotation could not become idle before its deactivation is due, so each one would be held.',
    });
  }
  return problems;
}
