import * as z from 'zod';
import { policySchema } from '../../functions/core/config/policy';
import { shortfallsSchema } from '../../functions/core/config/shortfalls';
import { foreseenSchema, obstacleSchema } from './foreseen';

export const PLAN_SCHEMA = 'keyturn.plan/v1';

const instant = z.iso.datetime().describe('ISO 8601, UTC.');

export const planSchema = z.object({
  schema: z.literal(PLAN_SCHEMA),
  account: z.string(),
  region: z.string(),
  from: instant,
  days: z.int().min(1),
  configuration: z.string().describe('"deployed", or the file that it would be deployed from.'),
  keys: z.array(z.object({ id: z.string(), user: z.string(), policy: policySchema })),
  foreseen: z.array(foreseenSchema).describe('What the daily runs will do, in the order of time.'),
  obstacles: z.array(obstacleSchema).describe('What they will find, and for how long.'),
  before: z
    .array(foreseenSchema)
    .optional()
    .describe('The same as things are deployed now. Only where a change was asked about.'),
  shortfalls: shortfallsSchema,
  unseen: z
    .array(z.object({ id: z.string(), code: z.string(), message: z.string() }))
    .describe('Keys that could not be looked at.'),
});
export type PlanDocument = z.infer<typeof planSchema>;
