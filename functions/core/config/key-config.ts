import * as z from 'zod';
import { deliverToSchema } from '../hosts/target';
import { policySettingSchema } from './policy';
import { ADOPT, FIRST_ROTATION, keyIdSchema, MODES, replacedBySchema, roleArn, userNameSchema } from './registry';

/** Stacks of keys beside the main one; EventBridge's pattern and people's eyes are what bounds them. */
export const MOST_KEY_STACKS = 50;

/** One item of `keys` in `keyturn.yaml`. */
export const keySchema = z.strictObject({
  id: keyIdSchema.describe('Name of the managed key; its secret is keyturn/<id>.'),
  user: userNameSchema.describe('The IAM user whose access key is rotated.'),
  createUser: z.boolean().default(false).describe('Whether the stack creates the user. Otherwise it must exist.'),
  secret: z
    .enum(['create', 'existing'])
    .default('create')
    .describe(
      'Whether the stack makes the secret keyturn/<id>, or takes the one that is there, with all that it holds.',
    ),
  stack: z
    .int()
    .min(1)
    .max(MOST_KEY_STACKS)
    .optional()
    .describe('Number of the stack of keys that the key is in, for good. Without it the key is in the main stack.'),
  policy: policySettingSchema.optional().describe("What differs from the file's policy: standard, cis, or some days."),
  mode: z
    .enum(MODES)
    .optional()
    .describe("Whether Keyturn acts on this key, or only tells what it would do. Without it the file's mode counts."),
  firstRotation: z
    .enum(FIRST_ROTATION)
    .default('at-once')
    .describe('Whether the first key is made right after deployment or when the existing one is due.'),
  adopt: z
    .enum(ADOPT)
    .default('keep')
    .describe('With two existing keys: keep both and report, or make room by retiring one that nobody uses.'),
  deliverTo: z.array(deliverToSchema).max(50).default([]).describe('Where each fresh key is delivered.'),
  replacedBy: replacedBySchema
    .optional()
    .describe('Roles that take over: once they are used and the key is idle, the key goes for good.'),
  readers: z.array(roleArn).default([]).describe('ARNs of IAM roles that may read the secret beside the functions.'),
});
/** A managed key with its defaults filled in. */
export type KeyConfig = z.output<typeof keySchema>;
