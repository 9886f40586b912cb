import type { Receipt } from '../../account/ports';
import { DELIVERY_SCHEMA, deliveryAnswerSchema } from '../../core/hosts/function';
import type { Credential } from '../../core/key/credential';
import { HostError } from '../http/host-error';

/** Characters of an answer: a receipt is short, and what is longer was meant for somebody else. */
const LONGEST_ANSWER = 65_536;
const LONGEST_MESSAGE = 500;

interface AnswerProps {
  readonly answer: string;
  /** The target's name. */
  readonly about: string;
  readonly credential: Credential;
  readonly now: Date;
}

/** What a function's answer says was written. @throws HostError what it says went wrong, or `host-answer-invalid` */
export function receiptOf({ answer, about, credential, now }: AnswerProps): Omit<Receipt, 'tornFor'> {
  const parsed = deliveryAnswerSchema.safeParse(jsonOf(answer));
  if (!parsed.success) throw unusable(about, answer);
  const clean = (text: string) => withoutSecret(text, credential);
  if ('receipt' in parsed.data) {
    const { wrote, readBack } = parsed.data.receipt;
    if (readBack === false) throw readBackDiffers(about);
    return { wrote: wrote.map(clean), readBack };
  }
  const { code, message, retryable = USUALLY_PASSES.has(code), retryAfter } = parsed.data.error;
  throw new HostError(code, `${about}: ${clean(message)}`, {
    retryable,
    ...(retryAfter === undefined
      ? {}
      : { leastWait: retryAfter * 1_000, retryAt: new Date(now.getTime() + retryAfter * 1_000) }),
  });
}

/** What another try can cure, unless the function says otherwise. */
const USUALLY_PASSES: ReadonlySet<string> = new Set(['rate-limited', 'host-down', 'read-back-differs']);

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

/** A function has read the credential: its words may hold it, by mistake, in any form that still spells it (K6). */
function withoutSecret(text: string, { secretAccessKey }: Credential): string {
  const secret = secretAccessKey.reveal();
  const spellings = [secret, encodeURIComponent(secret), Buffer.from(secret, 'utf8').toString('base64')];
  const clean = spellings.reduce((rest, spelling) => rest.replaceAll(spelling, '[redacted]'), text);
  return clean.replace(/\p{Cc}+/gu, ' ').slice(0, LONGEST_MESSAGE);
}

function jsonOf(text: string): unknown {
  if (text.length > LONGEST_ANSWER) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
