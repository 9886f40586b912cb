import * as z from 'zod';
import { warningsSchema } from './validated';

export const INIT_SCHEMA = 'keyturn.init/v1';

const time = z.iso.datetime();

/** An access key, as the credential report has it: without its ID. */
const foundKey = z.strictObject({
  active: z.boolean(),
  createdAt: time.optional().describe('Left out where IAM does not say.'),
  ageInDays: z.int().optional(),
  lastUsed: z.union([time, z.enum(['never', 'unknown'])]),
  lastUsedService: z.string().optional(),
  lastUsedRegion: z.string().optional(),
});
export type FoundKey = Readonly<z.infer<typeof foundKey>>;

const foundUser = z.strictObject({ name: z.string(), keys: z.array(foundKey).readonly() });
export type FoundUser = Readonly<z.infer<typeof foundUser>>;

const foundAccount = z.strictObject({
  id: z.string(),
  region: z.string(),
  arn: z.string().describe('Who looked.'),
  users: z.array(foundUser).readonly().describe('The oldest key first; those without keys last.'),
  rootKeys: z.int().min(0).describe('Access keys of the root user, which nobody should have.'),
  trails: z
    .array(
      z.strictObject({
        name: z.string(),
        logsManagementEvents: z.boolean().describe('Whether it logs what is written to IAM and Secrets Manager.'),
      }),
    )
    .readonly(),
});
export type FoundAccount = Readonly<z.infer<typeof foundAccount>>;

const foundRepository = z.strictObject({
  name: z.string().describe('workspace/repository'),
  environments: z.array(z.string()).readonly().optional().describe('Left out where nobody has looked.'),
});
export type FoundRepository = Readonly<z.infer<typeof foundRepository>>;

/** What `keyturn init --json` writes. Fields may be added, and never change their meaning. */
export const initializedSchema = z.strictObject({
  schema: z.literal(INIT_SCHEMA),
  file: z.string().describe('As it was named.'),
  written: z.boolean(),
  cdkJson: z.boolean().optional().describe('Whether a cdk.json was written too; left out where nothing was.'),
  missing: z.array(z.string()).readonly().describe('Flags that nobody was there to be asked for.'),
  account: foundAccount.optional().describe('Left out with --offline.'),
  repositories: z.array(foundRepository).readonly().optional().describe('Left out where no token was given.'),
  warnings: warningsSchema,
});
export type Initialized = Readonly<z.infer<typeof initializedSchema>>;

export function initializedJsonSchema(): Record<string, unknown> {
  return { title: INIT_SCHEMA, ...z.toJSONSchema(initializedSchema) };
}
