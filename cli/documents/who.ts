import * as z from 'zod';

export const WHO_SCHEMA = 'keyturn.who/v1';

const instant = z.iso.datetime().describe('ISO 8601, UTC.');
const uuid = z.string().describe('UUID in braces.');

export const whoUseSchema = z.object({
  at: instant,
  subject: z.string().describe("The token's sub, as CloudTrail has it."),
  provider: z.string().optional().describe('ARN of the identity provider.'),
  claimed: z
    .literal(true)
    .optional()
    .describe(
      'The call was refused: subject, provider and what they name are what the token says, which anybody can write.',
    ),
  repository: uuid
    .optional()
    .describe("UUID in braces; not there: the provider is none of Bitbucket's, or the subject none of a step."),
  environment: uuid.optional().describe('UUID in braces; not there: the step deployed nowhere.'),
  step: uuid.optional(),
  session: z.string().optional().describe('What the step calls its session.'),
  accessKeyId: z.string().optional().describe("The session's: CloudTrail has it with everything that the session did."),
  from: z.string().describe('The address that it came from.'),
  refused: z.string().optional().describe("AWS's code; not there: the role was taken."),
});
export type WhoUseDocument = z.infer<typeof whoUseSchema>;

export const whoSchema = z.object({
  schema: z.literal(WHO_SCHEMA),
  account: z.string(),
  region: z.string().describe('CloudTrail has a use in the region whose STS was asked.'),
  at: instant,
  role: z.string().describe('ARN.'),
  isThere: z.boolean().optional().describe('In IAM, now; not there: IAM could not be asked.'),
  instead: z.string().optional().describe('ARN of the one that IAM has by its name, under another path.'),
  unseen: z.string().optional().describe('Why IAM could not be asked.'),
  since: instant,
  uses: z.array(whoUseSchema).describe('Newest first.'),
  unattributed: z
    .int()
    .min(0)
    .describe('Calls of which CloudTrail does not say which role they asked for, of this one or of others.'),
  unread: z
    .object({ before: instant.describe('What is older was not read.'), why: z.string() })
    .optional()
    .describe('Not there: everything since then was read.'),
});
export type WhoDocument = z.infer<typeof whoSchema>;
