import * as z from 'zod';

export const CONNECT_SCHEMA = 'keyturn.connect/v1';

/** What `keyturn connect --json` writes: nothing of the token but what its host says of it. */
export const connectSchema = z.strictObject({
  schema: z.literal(CONNECT_SCHEMA),
  account: z.string(),
  region: z.string(),
  connection: z.string(),
  host: z.string(),
  url: z.string(),
  secret: z.string().describe('Name or ARN.'),
  token: z
    .object({
      kind: z.string(),
      who: z.string().optional(),
      scopes: z.array(z.string()).optional().describe('Not there: the host does not tell.'),
      lacks: z.array(z.string()),
      spare: z.array(z.string()).describe('What it may do, and nobody needs.'),
      endsAt: z.iso.datetime().optional(),
    })
    .optional()
    .describe('Not there: the host did not let it ask.'),
  expires: z.string().optional().describe('When it ends, as far as anybody has said it.'),
  places: z.array(
    z.strictObject({
      target: z.string(),
      state: z.enum(['writable', 'unproved', 'refused', 'unreachable']),
      code: z.string().optional(),
      message: z.string().optional(),
    }),
  ),
  proved: z.boolean().describe('Every place has shown that the token may write there, and it lacks no scope.'),
  before: z.enum(['none', 'same', 'foreign', 'unreadable', 'better', 'not-better']).describe('The token before it.'),
  stored: z.enum(['created', 'replaced', 'no']),
  because: z.enum([
    'works',
    'unproved',
    'works-no-less',
    'forced',
    'dry-run',
    'same',
    'unreachable',
    'works-less',
    'lacks',
    'foreign',
  ]),
  notes: z.array(z.string()),
});
