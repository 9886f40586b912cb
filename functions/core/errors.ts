/** What went wrong, for programs. Runbooks and alarms refer to these codes; a code's meaning never changes. */
export type ErrorCode =
  // people
  | 'invalid-request'
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
  | 'role-missing'
  | 'secret-missing'
  | 'log-group-missing'
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
  /** A delivery has begun that takes longer than one run: a later one goes on. Nothing is wrong. */
  | 'under-way'
  /** Ends a run that leaves a torn pair, so that Lambda repeats it. */
  | 'pair-torn'
  /** Another managed key delivers to the same place under another name. */
  | 'place-shared'
  /** The name of a place means another one than it did when a key was delivered there. */
  | 'place-replaced'
  // everything else
  | 'unexpected';

/** A place that holds, or may hold, halves of two credentials. Holds names only. */
export interface TornPair {
  /** What holds the halves, as the host calls it: the ID's first. */
  readonly variables: readonly string[];
  /** What a person sets to make it whole: a sentence. */
  readonly cure: string;
}

export interface KeyturnErrorOptions {
  /** Whether doing the same again later can succeed without anybody changing anything. @default false */
  readonly retryable?: boolean;
  /** Set where a pipeline may find one half of an old and one half of a new key now. @default - what is there is whole */
  readonly tornPair?: TornPair | undefined;
  /** Whether one half of a pair was refused, whatever became of the other: it is tried again within minutes. @default false */
  readonly halved?: boolean;
  /** Whether the place holds what it held before, whatever was tried: known where nothing stayed written. @default false */
  readonly unchanged?: boolean;
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
  readonly tornPair: TornPair | undefined;
  readonly torn: boolean;
  readonly halved: boolean;
  readonly unchanged: boolean;
  readonly retryAt: Date | undefined;
  readonly concerns: 'place' | 'system';

  constructor(code: ErrorCode, message: string, options: KeyturnErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'KeyturnError';
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.tornPair = options.tornPair;
    this.torn = options.tornPair !== undefined;
    this.halved = options.halved ?? false;
    this.unchanged = options.unchanged ?? false;
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
