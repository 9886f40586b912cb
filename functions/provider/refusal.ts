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

/** A token that opens nothing, or a step that gets nothing. Its message is the reason alone: nothing of the token. */
export class Refusal extends Error {
  override name = 'Refusal';

  constructor(readonly reason: RefusalReason) {
    super(reason);
  }
}
