import * as z from 'zod';
import { deliverToSchema } from '../hosts/target';
import { policyOverridesSchema } from './policy';
import { ADOPT, FIRST_ROTATION, keyIdSchema, userNameSchema } from './registry';

/** One role by its name, without a wildcard. */
const ROLE_ARN = /^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/;
/** ARN of an IAM role, in any account. */
export const roleArn = z.string().regex(ROLE_ARN, 'expected the ARN of an IAM role');

/** One item of `keys` in `keyturn.yaml`. */
export const keySchema = z.strictObject({
  id: keyIdSchema.describe('Name of the managed key; its secret is keyturn/<id>.'),
  user: userNameSchema.describe('The IAM user whose access key is rotated.'),
  createUser: z.boolean().default(false).describe('Whether the stack creates the user. Otherwise it must exist.'),
  policy: policyOverridesSchema.optional().describe("What differs from the file's policy."),
  firstRotation: z
    .enum(FIRST_ROTATION)
    .default('at-once')
    .describe('Whether the first key is made right after deployment or when the existing one is due.'),
  adopt: z
    .enum(ADOPT)
    .default('keep')
    .describe('With two existing keys: keep both and report, or make room by retiring one that nobody uses.'),
  deliverTo: z.array(deliverToSchema).max(50).default([]).describe('Where each fresh key is delivered.'),
  readers: z.array(roleArn).default([]).describe('ARNs of IAM roles that may read the secret beside the functions.'),
});
/** A managed key with its defaults filled in. */
export type KeyConfig = z.output<typeof keySchema>;
