import type { Stack } from 'aws-cdk-lib';

/** Condition: a KMS key is used on behalf of a caller of one of these services, never directly. */
export function onlyThrough(stack: Stack, ...services: readonly string[]) {
  const hosts = services.map((service) => `${service}.${stack.region}.${stack.urlSuffix}`);
  const [only] = hosts;
  return { StringEquals: { 'kms:ViaService': only !== undefined && hosts.length === 1 ? only : hosts } };
}

/** What whoever publishes to an encrypted topic needs: SNS makes a data key in the publisher's name. */
export const PUBLISH_ENCRYPTED = ['kms:GenerateDataKey', 'kms:Decrypt'] as const;

/** What whoever sends to an encrypted queue needs: SQS makes a data key in the sender's name, and checks the one it has. */
export const SEND_ENCRYPTED = ['kms:GenerateDataKey', 'kms:Decrypt'] as const;

/** What whoever writes into an encrypted bucket needs; S3 decrypts the parts of a large upload. */
export const WRITE_ENCRYPTED = ['kms:GenerateDataKey', 'kms:Decrypt'] as const;
