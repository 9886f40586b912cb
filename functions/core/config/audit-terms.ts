import { createHash } from 'node:crypto';
import * as z from 'zod';
import { DAY } from '../duration';
import { KeyturnError } from '../errors';
import { addMistake } from './config-issue';
import { keyIdSchema, userNameSchema } from './registry';

/** Frameworks whose controls a report judges keys by; a version has its own numbers of them, and not each has all. */
export const FRAMEWORKS = [
  'cis-2.0',
  'cis-3.0',
  'cis-4.0',
  'cis-5.0',
  'cis-6.0',
  'cis-7.0',
  'pci-dss-4.0',
  'pci-dss-4.0.1',
  'nist-800-53-r5',
  'soc-2',
  'iso-27001-2022',
] as const;
export type Framework = (typeof FRAMEWORKS)[number];

/** The controls that a report judges, by the names that it gives them. */
export const CONTROL_IDS = [
  'cis-1.4',
  'cis-1.12',
  'cis-1.13',
  'cis-1.14',
  'pci-8.2.6',
  'pci-8.6.3',
  'nist-ia-5',
  'soc2-cc6.1',
  'iso27001-5.17',
] as const;
export type ControlId = (typeof CONTROL_IDS)[number];

/** The longest that an accepted exception lasts: a leap year. */
const LONGEST_EXCEPTION = 366 * DAY;

/** One line for people. SSM takes no parameter with {{, which names another parameter there. */
const line = (most: number) =>
  z
    .string()
    .min(3)
    .max(most)
    .regex(/^(?!.*\{\{)[^\p{Cc}\p{Cf}]+$/u, 'expected one line of text, without {{');

export const acceptedExceptionSchema = z
  .strictObject({
    key: keyIdSchema.optional().describe('ID of the managed key that it is about; give this or user.'),
    user: userNameSchema.optional().describe('Name of the IAM user that it is about, managed or not.'),
    control: z.enum(CONTROL_IDS).describe('The control that the key need not meet, as the report names it.'),
    approver: line(100).describe('Who has accepted it: name and function.'),
    reason: line(300).describe('Why, and what makes up for it.'),
    approvedOn: z.iso.date('expected a date such as 2026-11-28').describe('Day of the approval (UTC).'),
    until: z.iso
      .date('expected a date such as 2027-05-31')
      .describe('Last day on which it counts (UTC), a year after the approval at most.'),
  })
  .superRefine(({ key, user, approvedOn, until }, context) => {
    const mistake = (field: string, message: string) => addMistake(context, { path: [field], message });
    if ((key === undefined) === (user === undefined)) mistake('key', 'expected either key or user');
    const length = Date.parse(until) - Date.parse(approvedOn);
    if (length < 0) mistake('until', `expected a day that is not before approvedOn (${approvedOn})`);
    if (length > LONGEST_EXCEPTION) mistake('until', `expected a day within a year of approvedOn (${approvedOn})`);
  });
export type AcceptedException = z.output<typeof acceptedExceptionSchema>;

/** What an account is judged by: the settings `audit.frameworks` and `audit.exceptions`. */
export const auditTermsFields = {
  frameworks: z
    .array(z.enum(FRAMEWORKS))
    .min(1)
    .optional()
    .describe('Frameworks that reports judge the keys by; all of them where it is left out.'),
  exceptions: z
    .array(acceptedExceptionSchema)
    .max(50)
    .default([])
    .describe('Exceptions that somebody has accepted; they are in every report, with who, why and until when.'),
};

const auditTermsSchema = z.strictObject({ version: z.literal(1), ...auditTermsFields });
export type AuditTerms = Omit<z.output<typeof auditTermsSchema>, 'version'>;

/** SSM: a standard parameter holds 4 KB. */
export const AUDIT_TERMS_BYTES = 4096;

/** The JSON of the SSM parameter that tells reports; undefined where nothing was chosen and nothing accepted. */
export function auditTermsDocument({ frameworks, exceptions }: AuditTerms): string | undefined {
  if (frameworks === undefined && exceptions.length === 0) return undefined;
  return JSON.stringify({ version: 1, frameworks, exceptions });
}

/** What the digest is where nothing was chosen and nothing accepted. */
export const NO_TERMS = 'none';

/** SHA-256 of the parameter's text: what a deployment writes stands in its functions' environment too. */
export function auditTermsDigest(document: string | undefined): string {
  return document === undefined ? NO_TERMS : createHash('sha256').update(document).digest('hex');
}

/** Its length in bytes, and whether SSM takes it. */
export function auditTermsProblem(terms: AuditTerms): string | undefined {
  const bytes = new TextEncoder().encode(auditTermsDocument(terms) ?? '').length;
  if (bytes <= AUDIT_TERMS_BYTES) return undefined;
  return `expected at most ${AUDIT_TERMS_BYTES} bytes as JSON, as an SSM parameter holds, found ${bytes}; take out those that are over, or shorten their reasons`;
}

/** @throws KeyturnError `invalid-config`, naming the parameter and what was expected */
export function parseAuditTerms(parameter: string, json: string): AuditTerms {
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch {
    throw new KeyturnError('invalid-config', `SSM parameter ${parameter} is not JSON. Deploy the stack again.`);
  }
  const { data, error } = auditTermsSchema.safeParse(document);
  if (error === undefined) return { frameworks: data.frameworks, exceptions: data.exceptions };
  const issues = error.issues.map(({ path, message }) => `${path.join('.') || 'the document'}: ${message}`);
  throw new KeyturnError(
    'invalid-config',
    `SSM parameter ${parameter} cannot be read: ${issues.slice(0, 3).join('; ')}. Deploy the stack again.`,
  );
}

/** From when to when an accepted exception counts; the end is exclusive. */
export function termOf({ approvedOn, until }: Pick<AcceptedException, 'approvedOn' | 'until'>): {
  readonly from: Date;
  readonly to: Date;
} {
  return { from: new Date(approvedOn), to: new Date(Date.parse(until) + DAY) };
}
