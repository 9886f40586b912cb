import * as z from 'zod';
import { KeyturnError } from '../errors';
import { cleaned } from '../outside-text';
import { keyIdSchema } from './registry';

/** What starts a function without a person. */
export type AwsStart = 'schedule' | 'deployment';

/** An event of AWS asks for nothing: somebody who writes keys into one of the console's samples means a request. */
const asksNothing = { keys: z.never().optional(), month: z.never().optional() };
const schedule = z.object({
  source: z.literal('aws.events'),
  'detail-type': z.literal('Scheduled Event'),
  ...asksNothing,
});
const deployment = z.object({ source: z.literal('aws.cloudformation'), ...asksNothing });

/** Whether the event is one of those that the stack's own rules hand to every function; undefined for any other. */
export function awsStart(event: unknown): AwsStart | undefined {
  if (schedule.safeParse(event).success) return 'schedule';
  return deployment.safeParse(event).success ? 'deployment' : undefined;
}

/** What a person asks for by the ids of managed keys. */
export interface KeysAsked {
  readonly keys: readonly string[];
  /** Who asks and why, in their own words, for the record. */
  readonly facts: Readonly<Record<string, string>>;
}

/** Keys that sync is to look at. */
export interface KeysToSync extends KeysAsked {
  /** It compares their targets with what was delivered there, and writes nothing to them. @default - all that is to be done */
  readonly only?: 'check' | undefined;
  /**
   * How many runs before it have left a delivery in the middle, so that the chain of them has an end. It gives nothing that
   * other requests for keys do not have. @default - none
   */
  readonly goesOn?: number | undefined;
}

/**
 * Runs, one after the other, of which each starts the next. Lambda takes about 16 for a loop that nobody has meant, and
 * ends it ("Use Lambda recursive loop detection" in its developer guide).
 */
export const MOST_GO_ON = 12;

const everything = z.strictObject({});
const words = z
  .string('expected a text')
  .max(200, 'expected at most 200 characters')
  .transform((text) => cleaned(text))
  .optional();
const ids = z
  .array(keyIdSchema, 'expected a list of ids')
  .min(1, 'expected at least one id')
  .max(1000, 'expected at most 1000 ids');
const someKeys = z.strictObject({ keys: ids, by: words, why: words });
const look = z.strictObject({ look: ids, by: words, why: words });
const WHOLE = `expected a whole number, 1 to ${MOST_GO_ON}`;
const lookOfSync = look
  .extend({
    only: z.literal('check', 'expected "check"').optional(),
    goesOn: z.int(WHOLE).min(1, WHOLE).max(MOST_GO_ON, WHOLE).optional(),
  })
  .refine(({ only, goesOn }) => only === undefined || goesOn === undefined, {
    path: ['goesOn'],
    error: 'a run that only compares goes on with nothing',
  });
const FORM = '{"keys": ["web-shop-production"], "by": "alice", "why": "leaked in a log"}, or {} for the usual run';

/**
 * What a person asks a function to do: with some keys, or with everything by `{}`.
 *
 * @throws KeyturnError `invalid-request` that names what is wrong and the form; values are not repeated, for one may have
 *   been pasted by mistake (K6)
 */
export function keysAsked(event: unknown): KeysAsked | 'everything' {
  if (everything.safeParse(event).success) return 'everything';
  const { keys, by = 'not said', why = 'not said' } = asked(someKeys, event, FORM);
  return { keys, facts: { requestedBy: by, requestedWhy: why } };
}

const isLook = (event: unknown) => z.object({ look: z.unknown() }).safeParse(event).data?.look !== undefined;
const LOOK_FORM = '{"look": ["web-shop-production"], "by": "alice", "why": "a look"}';

/**
 * The keys that a function is to look at before its rule starts it; undefined for any other event. It asks for nothing:
 * what is done for a key stands in its secret, so that an event that is forged, doubled or late changes nothing.
 *
 * @throws KeyturnError `invalid-request` for one that says what else is to be done, or not
 */
export function keysToLookAt(event: unknown): KeysAsked | undefined {
  if (!isLook(event)) return undefined;
  const { look: keys, by = 'not said', why = 'not said' } = asked(look, event, LOOK_FORM);
  return { keys, facts: { requestedBy: by, requestedWhy: why } };
}

/** The same of sync, which may be told how. @throws KeyturnError `invalid-request` */
export function keysToSync(event: unknown): KeysToSync | undefined {
  if (!isLook(event)) return undefined;
  const form = `${LOOK_FORM}, with "only": "check" to compare and write nothing`;
  const { look: keys, only, goesOn, by = 'not said', why = 'not said' } = asked(lookOfSync, event, form);
  return { keys, only, goesOn, facts: { requestedBy: by, requestedWhy: why } };
}

/**
 * What starts a function that nobody can ask for single keys: a rule of the stack's, or a person with `{}`.
 *
 * @throws KeyturnError `invalid-request`
 */
export function dailyRunOf(event: unknown): { readonly trigger: 'daily' } {
  if (awsStart(event) === undefined) {
    asked(everything, event, '{}: it looks at all keys, each by its own dates');
  }
  return { trigger: 'daily' };
}

/**
 * A request that has the form.
 *
 * @param form what to write instead
 * @throws KeyturnError `invalid-request`
 */
export function asked<Schema extends z.ZodType>(schema: Schema, event: unknown, form: string): z.infer<Schema> {
  const parsed = schema.safeParse(event);
  if (parsed.success) return parsed.data;
  const reasons = parsed.error.issues.slice(0, 5).map(reasonOf);
  throw new KeyturnError(
    'invalid-request',
    `It is no event that Keyturn's own rules send, and no valid request: ${reasons.join('; ')}. A request is ${form}.`,
  );
}

function reasonOf(issue: z.core.$ZodIssue): string {
  const place = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : String(part))).join('');
  if (issue.code === 'unrecognized_keys') return unknownFields(issue.keys);
  return place === '' ? 'expected a JSON object' : `${place}: ${issue.message}`;
}

/** Names that look like a field's are repeated, in case one is a slip; others may be anything. */
function unknownFields(names: readonly string[]): string {
  const fields = names.filter((name) => /^[a-z][a-z-]{0,19}$/i.test(name)).slice(0, 5);
  return fields.length === 0 ? 'it has unknown fields' : `it has unknown fields (${fields.join(', ')})`;
}
