/** An IAM user whom AWS has put in quarantine. */
export interface QuarantinedUser {
  readonly user: string;
  /** ARNs of the policies by which it did so. */
  readonly policies: readonly string[];
}

/** `AWSCompromisedKeyQuarantineV3` of its ARN. */
export function policyName(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
