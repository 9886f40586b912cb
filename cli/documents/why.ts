import * as z from 'zod';
import { OTHER_KEYS } from '../../functions/core/forecast/standing';
import { exceptionSchema } from './exception';
import { foreseenSchema } from './foreseen';

export const WHY_SCHEMA = 'keyturn.why/v1';

const instant = z.iso.datetime().describe('ISO 8601, UTC.');

/** What an access key is to Keyturn. */
export const ROLES = ['current', ...OTHER_KEYS, 'unmanaged', 'gone', 'unknown'] as const;

export const lifeSchema = z.object({
  at: instant,
  what: z.string().describe("An event's code of the record, or the name of a call in CloudTrail."),
  by: z.string().optional().describe('The function, or the ARN of who did it.'),
  detail: z.string().optional(),
  source: z.enum(['record', 'cloudtrail', 'iam']),
  times: z.int().min(1).describe('How often in a row; "at" is the first.'),
});
export type LifeDocument = z.infer<typeof lifeSchema>;

export const whySchema = z.object({
  schema: z.literal(WHY_SCHEMA),
  account: z.string(),
  region: z.string(),
  at: instant,
  accessKeyId: z.string(),
  is: z.enum(ROLES),
  status: z.enum(['Active', 'Inactive']).optional().describe('Not there: IAM does not list it.'),
  user: z.string().optional(),
  key: z.string().optional().describe('ID of the managed key of its user.'),
  createdAt: instant.optional(),
  exception: exceptionSchema.optional().describe('Of the managed key: an accepted exception in force.'),
  life: z.array(lifeSchema).describe('In the order of time.'),
  lastUsed: z
    .object({ at: instant.optional(), service: z.string().optional(), region: z.string().optional() })
    .optional(),
  uses: z
    .array(z.object({ at: instant, service: z.string(), from: z.string(), agent: z.string(), isProof: z.boolean() }))
    .describe('The latest in CloudTrail, newest first: management events of 90 days in this region.'),
  next: z.array(foreseenSchema),
  unread: z.array(z.object({ source: z.string(), message: z.string() })).describe('What could not be read, and why.'),
});
export type WhyDocument = z.infer<typeof whySchema>;
