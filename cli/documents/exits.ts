import * as z from 'zod';
import { OTHER_KEYS } from '../../functions/core/forecast/standing';
import { BLOCKERS, TAKES_OVER } from '../exits/blockers';
import { CLIENT_KINDS } from '../exits/clients';
import { VERDICTS } from '../exits/verdict';

export const EXITS_SCHEMA = 'keyturn.exits/v1';

const instant = z.iso.datetime().describe('ISO 8601, UTC.');
const count = z.int().min(0);
const verdict = z
  .enum(VERDICTS)
  .describe(
    '"perhaps": nothing speaks against it, and who uses it is a guess, or was not seen; "unknown": what was not read is not ' +
      'known, or nothing was seen.',
  );

const accessKeySchema = z.object({
  accessKeyId: z.string(),
  is: z.enum(['current', ...OTHER_KEYS, 'gone']).describe('"gone": IAM does not list it any more.'),
  calls: count.describe("In CloudTrail, without Keyturn's own proofs."),
  lastUsed: z
    .object({ at: instant.optional(), service: z.string().optional(), region: z.string().optional() })
    .optional()
    .describe('As IAM has it, data events too.'),
});

const clientSchema = z.object({
  from: z.string().describe('An address, or the name of an AWS service.'),
  agent: z.string(),
  is: z
    .enum(CLIENT_KINDS)
    .describe('"perhaps" is a guess; "service" is AWS itself, for a call before; "other" is no pipeline.'),
  by: z.string().describe('What it was told by.'),
  calls: count,
  refused: count.describe('Of these, IAM refused.'),
  last: instant,
});

const callSchema = z.object({
  call: z.string().describe("IAM's name of the service, and CloudTrail's of the call."),
  times: count,
  refused: count,
  regions: z.array(z.string()),
});

const policySchema = z.object({
  Version: z.literal('2012-10-17'),
  Statement: z.array(
    z.object({
      Sid: z.string(),
      Effect: z.literal('Allow'),
      Action: z.array(z.string()),
      Resource: z.array(z.string()),
    }),
  ),
});

const changeSchema = z.object({
  repository: z.string(),
  name: z.string().describe('Of the role and of its policy.'),
  roleArn: z.string(),
  policyArn: z.string(),
  yaml: z.string().describe('For keyturn.yaml; UUIDs that only the host knows stand there in capitals.'),
  steps: z.array(z.string()).describe('For bitbucket-pipelines.yml.'),
});

export const exitSchema = z.object({
  id: z.string(),
  user: z.string(),
  targets: z.array(z.string()).describe('Where Keyturn delivers it: the pipelines that it knows of.'),
  readers: z.array(z.string()).optional().describe('Roles that read the secret; not there: its policy was not read.'),
  accessKeys: z.array(accessKeySchema),
  clients: z.array(clientSchema).describe('Whoever made the most calls first.'),
  calls: z.array(callSchema).describe('The most frequent first.'),
  isWhole: z.boolean().describe('All that these regions have of it was read.'),
  readBack: instant.optional().describe('From when on all of that was read; not there: not known.'),
  unseen: z
    .array(z.string())
    .describe(
      'Uses that IAM saw and the history has nothing of, data events or other regions; and what is older than was read.',
    ),
  role: verdict.describe('Whether roles could take over: by OpenID Connect, or as credentials that a provider gives.'),
  provider: verdict.describe('Whether a provider of secrets could give steps the key itself, in place of variables.'),
  blockers: z.array(
    z.object({
      code: z.enum(BLOCKERS),
      says: z.string(),
      blocks: z.array(z.enum(TAKES_OVER)).describe('What cannot take over for it.'),
    }),
  ),
  notes: z.array(z.string()),
  policy: policySchema.optional().describe('The least one for what was seen; not there: nothing seen needs a right.'),
  gaps: z
    .array(z.string())
    .describe('What the policy cannot have, because it is not to be seen, and what to look at in it.'),
  changes: z.array(changeSchema).describe('What to write, a role for each repository.'),
  variables: z.array(z.string()).describe('What to delete in the end.'),
});
export type ExitDocument = z.infer<typeof exitSchema>;

export const exitsSchema = z.object({
  schema: z.literal(EXITS_SCHEMA),
  account: z.string(),
  region: z.string(),
  at: instant,
  since: instant,
  regions: z.array(z.string()).describe('Whose event histories were asked.'),
  keys: z.array(exitSchema),
  unread: z.array(z.object({ source: z.string(), message: z.string() })).describe('What could not be read, and why.'),
});
export type ExitsDocument = z.infer<typeof exitsSchema>;
