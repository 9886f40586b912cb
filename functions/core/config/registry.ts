import * as z from 'zod';
import { KeyturnError } from '../errors';
import { connectionName } from '../hosts/connection';
import { connectionSchema, targetSchema } from '../hosts/target';
import { cleaned } from '../outside-text';
import { addMistake } from './config-issue';
import { policyProblems, policySchema } from './policy';

/** Characters of what is wrong with an entry: names of its fields are whoever's who wrote it. */
const LONGEST_ISSUES = 1_000;

/** A managed key's id: part of the secret's and the parameter's name. What every JavaScript object has is no name of a construct. */
export const keyIdSchema = z
  .string()
  .regex(/^(?!constructor$)[a-z0-9][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and hyphens, at most 63');

/** IAM: user names have 1 to 64 characters of `[\w+=,.@-]`. */
export const userNameSchema = z.string().regex(/^[\w+=,.@-]{1,64}$/, 'expected the name of an IAM user');

export const FIRST_ROTATION = ['at-once', 'when-due'] as const;
export const ADOPT = ['keep', 'replace-idle'] as const;
/** One role by its name, without a wildcard. */
const ROLE_ARN = /^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/;
/** ARN of an IAM role, in any account. */
export const roleArn = z.string().regex(ROLE_ARN, 'expected the ARN of an IAM role');

/** Places of one key: all of them stand in its entry, and have to be written within one run. */
const MOST_TARGETS = 50;
/** Each place may have a role of its own. IAM is asked about each of them every day, one after the other. */
const MOST_REPLACING = MOST_TARGETS;

/** The roles that a key's pipelines take in its place: once they do, the key goes for good. */
export const replacedBySchema = z.strictObject({
  roles: z
    .array(roleArn)
    .min(1)
    .max(MOST_REPLACING)
    .describe("ARNs of the roles that the key's pipelines take in its place, in the account of the key."),
  idleFor: z
    .int()
    .min(1)
    .max(365)
    .default(30)
    .describe('Days for which nobody has used the key, while each role was used, before the key goes for good.'),
});

/** Whether Keyturn acts on a key, or only tells what it would do. */
export const MODES = ['observe', 'rotate'] as const;
export type Mode = (typeof MODES)[number];

/**
 * One managed key, as its SSM parameter holds it: everything a function must know, so that one bad parameter concerns
 * one key only (K11).
 */
export const registryEntrySchema = z
  .strictObject({
    version: z.literal(1),
    id: keyIdSchema,
    user: userNameSchema,
    policy: policySchema,
    firstRotation: z.enum(FIRST_ROTATION),
    adopt: z.enum(ADOPT),
    /** Left out of what rotates, so that the entries of before keep their text and their digest. @default 'rotate' */
    mode: z.enum(MODES).optional(),
    /** Left out where no role takes over. */
    replacedBy: replacedBySchema.optional(),
    connections: z.record(connectionName, connectionSchema),
    targets: z.array(targetSchema).max(MOST_TARGETS),
  })
  .superRefine((entry, context) => {
    for (const problem of policyProblems(entry.policy)) {
      addMistake(context, { path: ['policy', problem.field], message: problem.message });
    }
    entry.targets.forEach((target, index) => {
      const { connection } = target;
      if (connection !== undefined && !Object.hasOwn(entry.connections, connection)) {
        addMistake(context, {
          path: ['targets', index, 'connection'],
          message: `expected one of the entry's connections (${Object.keys(entry.connections).join(', ') || 'it has none'})`,
        });
      }
    });
  });
export type RegistryEntry = z.infer<typeof registryEntrySchema>;

/** SSM: a standard parameter holds 4 KB. */
export const REGISTRY_ENTRY_BYTES = 4096;

/**
 * Reads one registry parameter.
 *
 * @throws KeyturnError `invalid-entry`, naming the parameter, the path in it and what was expected.
 */
export function parseRegistryEntry(parameter: string, id: string, json: string): RegistryEntry {
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch {
    throw new KeyturnError(
      'invalid-entry',
      `SSM parameter ${parameter} is not JSON. Deploy the stack again, or restore the parameter's previous version.`,
    );
  }
  const parsed = registryEntrySchema.safeParse(document);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the document'}: ${issue.message}`);
    throw new KeyturnError(
      'invalid-entry',
      `SSM parameter ${parameter} is not a registry entry: ${cleaned(issues.slice(0, 5).join('; '), LONGEST_ISSUES)}. ` +
        "Deploy the stack again, or restore the parameter's previous version.",
    );
  }
  if (parsed.data.id !== id) {
    throw new KeyturnError(
      'invalid-entry',
      `SSM parameter ${parameter} describes the key "${parsed.data.id}", expected "${cleaned(id)}". Deploy the stack again.`,
    );
  }
  return parsed.data;
}
