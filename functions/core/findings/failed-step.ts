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

/** The findings that an error makes. */
export type FailureCode = 'user-missing' | 'secret-missing' | 'two-keys' | 'step-failed';

/** @param doing what was done; the error's own words say it where it is left out */
export function failedStep(
  code: FailureCode,
  key: string,
  { code: error, message: reason }: KeyturnError,
  doing?: string,
): FailedStep<FailureCode> {
  return { code, key, error, facts: { is: 'failed', doing, error, reason } };
}

export function failureMessage(key: string, { doing, error, reason }: Failure): string {
  return doing === undefined ? reason : `Key "${key}": ${doing} failed (${error}). ${reason}`;
}
