import type { KeyturnError } from '../errors';

/** An IAM user whom AWS has put in quarantine. */
export interface QuarantinedUser {
  readonly user: string;
  /** ARNs of the policies by which it did so. */
  readonly policies: readonly string[];
}

/** Those that could be seen. */
export interface SeenQuarantine {
  readonly users: readonly QuarantinedUser[];
  /** Why there may be more. @default - there are no more */
  readonly failed?: KeyturnError | undefined;
}

/** `AWSCompromisedKeyQuarantineV3` of its ARN. */
export function policyName(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
