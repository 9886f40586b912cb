import type { ErrorCode, KeyturnError } from '../errors';
import type { FoundOfKey } from '../lifecycle/found';

/** An error stopped what was done for one key. */
export interface Failure {
  readonly is: 'failed';
  /** What was done. @default - the error's own words say it */
  readonly doing?: string;
  readonly error: ErrorCode;
  /** The error's own words. */
  readonly reason: string;
}

export type FailedStep<Code extends string> = Code extends string ? FoundOfKey<Code, Failure> : never;

/** The findings that an error makes; what has none of its own is a failed step. */
const FINDING_OF = {
  'user-missing': 'user-missing',
  'secret-missing': 'secret-missing',
  'key-limit': 'two-keys',
} as const satisfies Partial<Record<ErrorCode, string>>;
type FailureCode = (typeof FINDING_OF)[keyof typeof FINDING_OF] | 'step-failed';

/** @param doing what was done; the error's own words say it where it is left out */
export function failedStep(
  key: string,
  { code: error, message: reason }: KeyturnError,
  doing?: string,
): FailedStep<FailureCode> {
  const code = error in FINDING_OF ? FINDING_OF[error as keyof typeof FINDING_OF] : 'step-failed';
  return { code, key, error, facts: { is: 'failed', doing, error, reason } };
}

export function failureMessage(key: string, { doing, error, reason }: Failure): string {
  return doing === undefined ? reason : `Key "${key}": ${doing} failed (${error}). ${reason}`;
}
