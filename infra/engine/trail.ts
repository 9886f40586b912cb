/** Which CloudTrail trail brings PutSecretValue to the event bus. */
export enum Trail {
  /** The account has a trail that logs management events. Without one, Secrets Manager's own event has to do. */
  EXISTING = 'existing',
  /** The stack creates one that logs management events that write. */
  CREATE = 'create',
}
