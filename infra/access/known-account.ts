import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * The account that a stack is deployed to, as far as the synthesis can tell. One without an account of its own is deployed to
 * that of the CDK's credentials; undefined without these.
 */
export function knownAccount(scope: Construct): string | undefined {
  const { account } = Stack.of(scope);
  return Token.isUnresolved(account) ? process.env.CDK_DEFAULT_ACCOUNT : account;
}

/** The account that an ARN names. */
export function accountOf(arn: string): string | undefined {
  return arn.split(':')[4];
}
