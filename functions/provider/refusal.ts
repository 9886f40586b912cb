import { MINUTE } from '../core/duration';

/** Why nothing is given, for the log and the record; whoever asks is told none of it. */
export type RefusalReason =
  | 'no-token'
  | 'two-tokens'
  | 'too-long'
  | 'malformed'
  | 'header'
  | 'algorithm'
  | 'unknown-key'
  | 'keys-unavailable'
  | 'signature'
  | 'issuer'
  | 'audience'
  | 'expired'
  | 'not-yet'
  | 'too-old'
  | 'before-start'
  | 'claims'
  | 'workspace'
  | 'used'
  | 'too-often'
  | 'no-rule'
  | 'leaked-key'
  | 'dead-key'
  | 'role-denied';

/** The version of a managed secret that is not given, because of its key. */
export interface RefusedKey {
  readonly secret: string;
  readonly version: string;
  /** Since when it is said to have leaked, where it is. */
  readonly leakedSince?: Date;
}

/** A token that opens nothing, or a step that gets nothing. Its message is the reason alone: nothing of the token. */
export class Refusal extends Error {
  override name = 'Refusal';

  constructor(
    readonly reason: RefusalReason,
    readonly key?: RefusedKey,
  ) {
    super(reason);
  }
}

/** For as long a run of rotate may live that began when somebody said that a key has leaked. */
const REPLACED_WITHIN = 15 * MINUTE;

/**
 * Whether people have to be told: a proved step gets nothing of what a rule gives it, and running it again changes nothing.
 * Only who has a token that a rule means can bring that about. Of a key that has leaked people are told anyhow, and it has
 * a successor within minutes: this is told where it has none by then, or a tag says a time to come.
 */
export function isForPeople({ reason, key }: Refusal, now: Date): boolean {
  if (key?.leakedSince !== undefined) return Math.abs(now.getTime() - key.leakedSince.getTime()) > REPLACED_WITHIN;
  return reason === 'dead-key' || reason === 'role-denied';
}
