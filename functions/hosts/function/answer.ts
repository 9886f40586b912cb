import type { Inspection, Receipt } from '../../account/ports';
import {
  DELIVERY_SCHEMA,
  deliveryAnswerSchema,
  INSPECTION_SCHEMA,
  inspectionAnswerSchema,
  type SaidError,
} from '../../core/hosts/function';
import type { KnownSecrets } from '../../core/key/known-secrets';
import { isHarmless } from '../../core/key/outside-name';
import { HostError } from '../http/host-error';

/** Characters of an answer: a receipt is short, and what is longer was meant for somebody else. */
const LONGEST_ANSWER = 65_536;

interface AnswerProps {
  readonly answer: string;
  /** The target's name. */
  readonly about: string;
  /** What it may have read. */
  readonly secrets: KnownSecrets;
  readonly now: Date;
}

/** What a function's answer says was written. @throws HostError what it says went wrong, or `host-answer-invalid` */
export function receiptOf({ answer, about, secrets, now }: AnswerProps): Omit<Receipt, 'tornFor'> {
  const given = jsonOf(answer);
  const parsed = deliveryAnswerSchema.safeParse(given);
  if (!parsed.success) throw isOfAnotherVersion(given) ? anotherVersion(about) : unusable(about, answer);
  // A function has read the credential: its words may hold it, by mistake, in any form.
  const passes = (text: string) => isHarmless(text, secrets);
  if ('receipt' in parsed.data) {
    const { wrote, readBack, revision } = parsed.data.receipt;
    if (readBack === false) throw readBackDiffers(about);
    return { wrote: wrote.map((text) => (passes(text) ? text : NOT_NAMED)), readBack, revision };
  }
  const { error } = parsed.data;
  throw saidError({ error, about, now }, passes(error.message) ? error.message : NOT_PASSED_ON);
}

/** What another try can cure, unless the function says otherwise. */
const USUALLY_PASSES: ReadonlySet<string> = new Set(['rate-limited', 'host-down', 'read-back-differs']);

/**
 * What a function's answer says that its place holds. Its words go no further, because nobody here knows the secret that
 * they may hold.
 * @throws HostError what it says went wrong, or `host-answer-invalid`
 */
export function inspectionOf({ answer, about, now }: Omit<AnswerProps, 'secrets'>, wanted: string): Inspection {
  const given = jsonOf(answer);
  const parsed = inspectionAnswerSchema.safeParse(given);
  if (!parsed.success)
    throw isOfAnotherVersion(given, INSPECTION_SCHEMA) ? notInspecting(about) : unusable(about, answer);
  if ('error' in parsed.data) {
    const { error } = parsed.data;
    if (error.code !== 'environment-not-found') throw saidError({ error, about, now }, NOT_PASSED_ON);
    return { ...NOTHING_SHOWN, compared: ['place'], differences: ['its place is not there'] };
  }
  return shownBy(parsed.data.place, wanted);
}

function shownBy(
  {
    accessKeyId,
    revision,
  }: { readonly accessKeyId?: string | null | undefined; readonly revision?: string | undefined },
  wanted: string,
): Inspection {
  const isOther = accessKeyId !== undefined && accessKeyId !== wanted;
  return {
    ...NOTHING_SHOWN,
    compared: [
      ...(accessKeyId === undefined ? [] : ['access key ID']),
      ...(revision === undefined ? [] : ['revision']),
    ],
    differences: isOther ? [`it holds ${accessKeyId ?? 'no key'}`] : [],
    holds: accessKeyId ?? undefined,
    revision,
  };
}

/** Of a function that is not asked, or shows nothing. */
export const NOTHING_SHOWN: Inspection = {
  compared: [],
  differences: [],
  holds: undefined,
  places: [],
  revision: undefined,
};

/** What a function says went wrong. */
function saidError(
  { error, about, now }: { readonly error: SaidError; readonly about: string; readonly now: Date },
  words: string,
): HostError {
  const { code, retryable = USUALLY_PASSES.has(code), retryAfter } = error;
  return new HostError(code, `${about}: ${words}`, {
    retryable,
    concerns: 'place',
    ...(retryAfter === undefined
      ? {}
      : { leastWait: retryAfter * 1_000, retryAt: new Date(now.getTime() + retryAfter * 1_000) }),
  });
}

function notInspecting(about: string): HostError {
  return new HostError(
    'host-answer-invalid',
    `${about}: the function's answer is of another form than ${INSPECTION_SCHEMA}. Correct the function, or take ` +
      '"inspects" out of its target; docs/start/function.md has the form.',
  );
}

const NOT_PASSED_ON =
  "the function's words are not passed on, because they could hold what it has read. Look at the function's own log.";
const NOT_NAMED = "what only the function's own log tells";

function isOfAnotherVersion(given: unknown, schema: string = DELIVERY_SCHEMA): boolean {
  if (typeof given !== 'object' || given === null || !('schema' in given)) return false;
  return typeof given.schema === 'string' && given.schema !== schema;
}

function anotherVersion(about: string): HostError {
  return new HostError(
    'host-answer-invalid',
    `${about}: the function's answer is of another form than ${DELIVERY_SCHEMA}. Whether anything was written is not ` +
      'known. Correct the function; docs/start/function.md has the form.',
    { mayHaveHappened: true },
  );
}

function unusable(about: string, answer: string): HostError {
  const what =
    answer.length > LONGEST_ANSWER
      ? `it has more than ${LONGEST_ANSWER} characters`
      : 'it is neither a receipt nor an error';
  return new HostError(
    'host-answer-invalid',
    `${about}: the function's answer cannot be used: ${what} of ${DELIVERY_SCHEMA}. ` +
      'Whether anything was written is not known. Correct the function; docs/start/function.md has the form.',
    { retryable: true, mayHaveHappened: true },
  );
}

function readBackDiffers(about: string): HostError {
  return new HostError(
    'read-back-differs',
    `${about}: the function wrote the credential and read something else back. The next delivery writes it again.`,
    { retryable: true },
  );
}

function jsonOf(text: string): unknown {
  if (text.length > LONGEST_ANSWER) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
