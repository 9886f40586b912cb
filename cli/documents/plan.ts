import * as z from 'zod';
import { policySchema } from '../../functions/core/config/policy';
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
  shortfalls: z
    .array(
      z.object({
        keys: z.array(z.string()),
        control: z.string(),
        verdict: z.enum(['exception', 'fail']).describe('What a report says on these days.'),
        daysAYear: z.int().min(0).describe('Usually.'),
        daysAYearAtMost: z.int().min(0).describe('Where each deactivation is held to its limit.'),
        message: z.string(),
      }),
    )
    .describe('Controls whose words the policies do not meet on every day.'),
  unseen: z
    .array(z.object({ id: z.string(), code: z.string(), message: z.string() }))
    .describe('Keys that could not be looked at.'),
});
export type PlanDocument = z.infer<typeof planSchema>;
