import * as z from 'zod';
import { GROUPS, type Group, STATUSES } from '../doctor/check';

export const DOCTOR_SCHEMA = 'keyturn.doctor/v1';

const count = z.int().min(0);

/** What `keyturn doctor --json` writes. Fields and checks may be added, and none changes its meaning. */
export const doctorSchema = z.strictObject({
  schema: z.literal(DOCTOR_SCHEMA),
  account: z.string(),
  region: z.string(),
  by: z.string().describe('ARN of who asked.'),
  at: z.iso.datetime().describe('ISO 8601, UTC.'),
  version: z.string().describe('Of this command.'),
  counts: z.strictObject({ ok: count, warn: count, fail: count, unknown: count }),
  checks: z
    .array(
      z.strictObject({
        id: z.string().describe('Never changes its meaning.'),
        group: z.enum(Object.keys(GROUPS) as [Group, ...Group[]]),
        must: z.string().describe('What must be true.'),
        status: z.enum(STATUSES),
        saw: z.string(),
        cures: z
          .array(z.strictObject({ to: z.string(), run: z.string().optional().describe('To copy.') }))
          .readonly()
          .optional()
          .describe('In the order in which they are done.'),
      }),
    )
    .readonly(),
  unreached: z.boolean().describe('AWS or a host gave no answer, so that something is unknown.'),
});
