/** One request of a function to a service, before it has had its effect. */
export interface PortCall {
  readonly service:
    | 'iam'
    | 'sts'
    | 'secretsmanager'
    | 'ssm'
    | 'events'
    | 'sns'
    | 'logs'
    | 'kms'
    | 'cloudtrail'
    | 'lambda'
    | 'bitbucket';
  /** The API's action; for Bitbucket the method and what it is about, such as `PUT variable`. */
  readonly action: string;
  /** What it is about: a user, a secret, a key, a place. Never a value. */
  readonly about: string;
  /** Changes what other runs decide by; the audit record and the bus are none of it. */
  readonly mutates: boolean;
  /** The name of the pipeline variable that is written. */
  readonly variable?: string | undefined;
  /** The name of the CI host. @default - it is AWS that is asked */
  readonly host?: string;
  /** Whether the client library repeats it by itself when no answer comes. */
  readonly repeatable: boolean;
}

/** What the simulation does to one call. */
export type FaultChoice =
  | { readonly kind: 'crash'; readonly when: 'before' | 'after' }
  /** Refused because there were too many; nothing happened. */
  | { readonly kind: 'throttled' }
  /** A 5xx; nothing happened. */
  | { readonly kind: 'refused' }
  /** The host refuses it for good; nothing happened. */
  | { readonly kind: 'forbidden'; readonly status: 400 | 403 }
  /** No answer; nothing happened. */
  | { readonly kind: 'unanswered' }
  /** No answer; it happened. */
  | { readonly kind: 'lost-answer' }
  /** It happened, the answer was lost, and the client library asked again: it happens twice. */
  | { readonly kind: 'repeated' }
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** The token that the call carries has expired. */
  | { readonly kind: 'expired' }
  /** A read that shows the state before the last write. */
  | { readonly kind: 'stale' };
