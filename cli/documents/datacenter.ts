import * as z from 'zod';

export const DATACENTER_SCHEMA = 'keyturn.datacenter/v1';

export const CHECK_IDS = ['current', 'pointer', 'secret-policy', 'key-policy'] as const;

export const datacenterCheckSchema = z.strictObject({
  id: z.enum(CHECK_IDS),
  status: z.enum(['ok', 'fail', 'unknown']),
  saw: z.string(),
});
export type DatacenterCheck = z.infer<typeof datacenterCheckSchema>;

/** What `keyturn datacenter --json` writes: names alone, no value of any secret. */
export const datacenterSchema = z.strictObject({
  schema: z.literal(DATACENTER_SCHEMA),
  account: z.string(),
  region: z.string().describe('Of the secret.'),
  key: z.string().optional().describe('ID of the managed key whose secret it is.'),
  secret: z.string(),
  arn: z.string(),
  property: z.string(),
  pointer: z.string().optional().describe('Not there: the whole value is meant.'),
  role: z.string().optional(),
  lines: z.array(z.string()).describe('Of bitbucket.properties; the first one stands in a file once.'),
  checks: z.array(datacenterCheckSchema),
  proof: z.string().describe('The command that proves it on the host. It prints the ID of a version and no value.'),
  restartWithinDays: z
    .int()
    .optional()
    .describe('Of a managed key: days from a rotation in which each node has to be started again.'),
  restartedNodes: z
    .array(z.string())
    .optional()
    .describe('Of a managed key: nodes that Keyturn restarts after each rotation; not there where it restarts none.'),
});
export type DatacenterDocument = z.infer<typeof datacenterSchema>;
