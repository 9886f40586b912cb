import * as z from 'zod';

export const WHO_SCHEMA = 'keyturn.who/v1';

const instant = z.iso.datetime().describe('ISO 8601, UTC.');
const uuid = z.string().describe('UUID in braces.');

export const whoUseSchema = z.object({
  at: instant,
  subject: z.string().describe("The token's sub, as CloudTrail has it."),
  repository: uuid.optional().describe('UUID in braces; not there: the subject is none of Bitbucket Pipelines.'),
  environment: uuid.optional().describe('UUID in braces; not there: the step deployed nowhere.'),
  step: uuid.optional(),
  session: z.string().optional().describe('What the step calls its session.'),
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
  since: instant,
  uses: z.array(whoUseSchema).describe('Newest first.'),
});
export type WhoDocument = z.infer<typeof whoSchema>;
