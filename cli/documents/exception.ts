import * as z from 'zod';
import type { Exemption } from '../../functions/core/key/exemption';

const instant = z.iso.datetime().describe('ISO 8601, UTC.');

/** What somebody has accepted of a key, by `keyturn exempt`. */
export const exceptionSchema = z
  .object({
    since: instant,
    until: instant.describe('ISO 8601, UTC; exclusive.'),
    by: z.string().describe('ARN of whoever accepted it, as AWS says it.'),
    saidApprover: z.string().optional().describe('Whom that person named as the approver: said, and not attested.'),
    why: z.string(),
    event: z.string().describe('ID of the sealed audit event that proves it.'),
  })
  .describe('An accepted exception in force: auditors see it in place of what the key misses, and never as fine.');
export type ExceptionDocument = z.infer<typeof exceptionSchema>;

export function exceptionDocument({ from, until, by, saidApprover, why, event }: Exemption): ExceptionDocument {
  return { since: from.toISOString(), until: until.toISOString(), by, saidApprover, why, event };
}
