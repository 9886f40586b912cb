/** Which CloudTrail trail brings PutSecretValue to the event bus. */
export class Trail {
  /** The account has a trail that logs management events. Without one, Secrets Manager's own event has to do. */
  static readonly EXISTING = new Trail('existing');
  /** The stack creates one that logs management events that write. */
  static readonly CREATE = new Trail('create');

  /** The value of `trail` in `keyturn.yaml`; a wrong one is reported at synthesis. */
  static of(value: string): Trail {
    return new Trail(value);
  }

  private constructor(readonly value: string) {}
}
