import type { ErrorCode } from '../errors';

/** A connection as people know it, and the name or ARN of the secret that holds its token. */
export interface NamedConnection {
  readonly name: string;
  readonly secret: string;
}

/**
 * Something that a person should know, as whoever finds it says it: a code and the facts. How serious it is and every
 * word about it is the business of its descriptor in `core/findings`.
 */
export interface Found<Code extends string = string, Facts = unknown> {
  readonly code: Code;
  /** Managed key; absent when it concerns the whole run. */
  readonly key?: string;
  readonly accessKeyId?: string;
  /** The IAM user that it is about. @default - the user of its key */
  readonly user?: string;
  /** Since when it has been so, where that is known; decides how soon people are told. */
  readonly since?: Date;
  /** The connection to a CI host that is the cause, for all keys that use it. */
  readonly connection?: NamedConnection;
  /** The error that is the cause, where it is one. */
  readonly error?: ErrorCode;
  /** Its key is only observed: what the words say that Keyturn does about it is not done. @default false */
  readonly isObserved?: boolean;
  readonly facts: Facts;
}

/** The same about one managed key. */
export interface FoundOfKey<Code extends string, Facts> extends Found<Code, Facts> {
  readonly key: string;
}

/** The same about one access key of a managed key. */
export interface FoundOfAccessKey<Code extends string, Facts> extends FoundOfKey<Code, Facts> {
  readonly accessKeyId: string;
}

/** The code says it all. */
export type NoFacts = Readonly<Record<never, never>>;
