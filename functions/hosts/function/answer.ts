import type { Receipt } from '../../account/ports';
import { DELIVERY_SCHEMA, deliveryAnswerSchema } from '../../core/hosts/function';
import type { Credential } from '../../core/key/credential';
import { HostError } from '../http/host-error';
import { isHarmless } from './harmless-text';

/** Characters of an answer: a receipt is short, and what is longer was meant for somebody else. */
const LONGEST_ANSWER = 65_536;

interface AnswerProps {
  readonly answer: string;
  /** The target's name. */
  readonly about: string;
  readonly credential: Credential;
  readonly now: Date;
}

/** What a function's answer says was written. @throws HostError what it says went wrong, or `host-answer-invalid` */
export function receiptOf({ answer, about, credential, now }: AnswerProps): Omit<Receipt, 'tornFor'> {
  const given = jsonOf(answer);
  const parsed = deliveryAnswerSchema.safeParse(given);
  if (!parsed.success) throw isOfAnotherVersion(given) ? anotherVersion(about) : unusable(about, answer);
  // A function has read the credential: its words may hold it, by mistake, in any form.
  const passes = (text: string) => isHarmless(text, credential.secretAccessKey.reveal());
  if ('receipt' in parsed.data) {
    const { wrote, readBack } = parsed.data.receipt;
    if (readBack === false) throw readBackDiffers(about);
    return { wrote: wrote.map((text) => (passes(text) ? text : NOT_NAMED)), readBack };
  }
  const { code, message, retryable = USUALLY_PASSES.has(code), retryAfter } = parsed.data.error;
  throw new HostError(code, `${about}: ${passes(message) ? message : NOT_PASSED_ON}`, {
    retryable,
    concerns: 'place',
    ...(retryAfter === undefined
      ? {}
      : { leastWait: retryAfter * 1_000, retryAt: new Date(now.getTime() + retryAfter * 1_000) }),
  });
}

/** What another try can cure, unless the function says otherwise. */
const USUALLY_PASSES: ReadonlySet<string> = new Set(['rate-limited', 'host-down', 'read-back-differs']);

const NOT_PASSED_ON =
  "the function's words are not passed on, because they could hold what it has read. Look at the function's own log.";
const NOT_NAMED = "what only the function's own log tells";

function isOfAnotherVersion(given: unknown): boolean {
  if (typeof given !== 'object' || given === null || !('schema' in given)) return false;
  return typeof given.schema === 'string' && given.schema !== DELIVERY_SCHEMA;
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
