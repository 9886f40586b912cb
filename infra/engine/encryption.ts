/** Which KMS key encrypts the managed secrets. */
export enum Encryption {
  /** The account's `aws/secretsmanager` key, which costs nothing. */
  AWS_MANAGED = 'aws-managed',
  /** One that the stack creates, and that only the functions and the readers can decrypt with. */
  CUSTOMER_MANAGED = 'customer-managed',
}
