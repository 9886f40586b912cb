import * as z from 'zod';
import { keyIdSchema } from '../config/registry';
import { isOneLine } from '../one-line';
import { writtenInstant } from '../written-instant';

/** Version of what people ask the deployed functions for. */
export const REQUEST_SCHEMA = 'keyturn.request/v1';
/** Bytes of a request: it names one key and says why. */
export const MOST_REQUEST_BYTES = 8_192;
/** Characters of a reason. */
export const LONGEST_REASON = 200;

/** Characters of the name of an approver. */
export const LONGEST_APPROVER = 100;

const words = (what: string, most: number) =>
  z
    .string(`expected ${what} as a text`)
    .refine((text) => text.trim() !== '', `expected ${what}, found nothing`)
    .refine((text) => [...text].length <= most, `expected at most ${most} characters`)
    .refine(isOneLine, 'expected one line without characters that control it, turn its direction or are not seen');

const instant = z
  .string()
  .max(40)
  .transform((text, context): Date => {
    const written = writtenInstant(text);
    if (written !== undefined) return written.at;
    context.addIssue({ code: 'custom', message: 'expected a date-time with its zone such as 2027-03-01T12:00:00Z' });
    return z.NEVER;
  });

const asked = {
  schema: z.literal(REQUEST_SCHEMA),
  id: z
    .string()
    .regex(/^[A-Za-z0-9-]{16,64}$/, 'expected 16 to 64 letters, digits and hyphens, such as a UUID')
    .describe('Names the request: one that is sent again with the same ID is done once.'),
  once: z
    .literal(true)
    .optional()
    .describe('Whoever asks has chosen the ID: what was done under it within the day is not planned anew.'),
  keys: z.array(keyIdSchema).length(1, 'expected the ID of one managed key'),
  why: words('the reason', LONGEST_REASON).describe('Why, in the words of whoever asks. It goes into the record.'),
  plan: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'expected the digest of a plan')
    .optional()
    .describe(
      'The digest of the plan that was shown: it is done only if the plan is still that one. Without it nothing is.',
    ),
};

const accessKey = z
  .string()
  .regex(/^AKIA[A-Z0-9]{12,28}$/, 'expected the ID of an access key, such as AKIAIOSFODNN7EXAMPLE')
  .optional()
  .describe('The access key that has leaked. @default - the current one');
/** An ID of a request that a person has chosen. */
export const isRequestId = (text: string): boolean => asked.id.safeParse(text).success;

/** What a person asks for. What `do` takes beside the rest stands in its own form. */
export const requestSchema = z.discriminatedUnion('do', [
  z.strictObject({ ...asked, do: z.literal('pause'), until: instant.describe('ISO 8601, with its zone.') }),
  z.strictObject({ ...asked, do: z.literal('resume') }),
  z.strictObject({
    ...asked,
    do: z.literal('rotate'),
    all: z.literal(true).optional().describe('It is one of all keys, which only an administrator has rotated.'),
  }),
  z.strictObject({ ...asked, do: z.literal('compromised'), accessKey }),
  z.strictObject({ ...asked, do: z.literal('disable-first'), accessKey }),
  z.strictObject({ ...asked, do: z.literal('deliver') }),
  z.strictObject({ ...asked, do: z.literal('verify') }),
  z.strictObject({
    ...asked,
    do: z.literal('exempt'),
    until: instant.describe('ISO 8601, with its zone; 366 days from now at most.'),
    approver: words('the approver', LONGEST_APPROVER)
      .optional()
      .describe('Who has approved it, as whoever asks says; who asks is attested by AWS, and this is not.'),
  }),
  z.strictObject({ ...asked, do: z.literal('end-exemption') }),
  z.strictObject({ ...asked, do: z.literal('rollback') }),
]);
export type OperatorRequest = z.output<typeof requestSchema>;

/** What is wrong with a request; values are not repeated, for one may have been pasted by mistake (K6). */
export function reasonsOf({ issues }: z.ZodError): string {
  return issues
    .slice(0, 5)
    .map(
      (issue) =>
        `${issue.path.join('.') || 'the request'}: ${issue.code === 'unrecognized_keys' ? 'it has fields that are not known' : issue.message}`,
    )
    .join('; ');
}
