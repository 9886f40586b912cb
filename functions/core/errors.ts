/** What went wrong, for programs. Runbooks and alarms refer to these codes; a code's meaning never changes. */
export type ErrorCode =
  // configuration
  | 'invalid-config'
  | 'invalid-entry'
  | 'invalid-connection'
  // AWS
  | 'aws-throttled'
  | 'aws-denied'
  | 'aws-rejected'
  /** No answer, a 5xx or a cut connection: the effect may or may not have happened. */
  | 'aws-uncertain'
  | 'key-limit'
  | 'key-missing'
  | 'user-missing'
  | 'secret-missing'
  /** A staging label stands on another version than it did when it was read. */
  | 'label-moved'
  | 'secret-invalid'
  | 'proof-failed'
  | 'proof-wrong-identity'
  // CI hosts
  | 'token-rejected'
  | 'scope-missing'
  | 'workspace-not-found'
  | 'repository-not-found'
  | 'environment-not-found'
  | 'rate-limited'
  | 'host-down'
  | 'host-answer-invalid'
  | 'host-rejected'
  | 'read-back-differs'
  /** Another managed key delivers to the same place under another name. */
  | 'place-shared'
  // everything else
  | 'unexpected';

export interface KeyturnErrorOptions {
  /** Whether doing the same again later can succeed without anybody changing anything. @default false */
  readonly retryable?: boolean;
  /** Whether a pipeline may find one half of an old and one half of a new key now. @default false */
  readonly torn?: boolean;
  /** When the host will take requests again, where it said so. */
  readonly retryAt?: Date;
  /** What it says something about: the one place that was written, or all that fails together with it. @default 'system' */
  readonly concerns?: 'place' | 'system';
  /** Must not carry a credential, a header or a body: wrap foreign errors in a plain description first. */
  readonly cause?: Error;
}

/** The base of every error that Keyturn throws. The message names the thing that failed and what to do about it. */
export class KeyturnError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly torn: boolean;
  readonly retryAt: Date | undefined;
  readonly concerns: 'place' | 'system';

  constructor(code: ErrorCode, message: string, options: KeyturnErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'KeyturnError';
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.torn = options.torn ?? false;
    this.retryAt = options.retryAt;
    this.concerns = options.concerns ?? 'system';
  }
}

/** Any thrown value as a KeyturnError; a foreign error keeps its name only, because its message may quote a request. */
export function toKeyturnError(thrown: unknown): KeyturnError {
  if (thrown instanceof KeyturnError) return thrown;
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return new KeyturnError(
    'unexpected',
    `An unexpected ${name} stopped this step. Look at the function's log for the run.`,
  );
}
