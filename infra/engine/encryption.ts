/** Which KMS key encrypts the managed secrets. */
export class Encryption {
  /** The account's `aws/secretsmanager` key, which costs nothing. */
  static readonly AWS_MANAGED = new Encryption('aws-managed');
  /** One that the stack creates, and that only the functions and the readers can decrypt with. */
  static readonly CUSTOMER_MANAGED = new Encryption('customer-managed');

  /** The value of `encryption` in `keyturn.yaml`; a wrong one is reported at synthesis. */
  static of(value: string): Encryption {
    return new Encryption(value);
  }

  private constructor(readonly value: string) {}
}
