import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Readers that are roles of another account than the secret's, as far as the synthesis can tell. A stack without an
 * account of its own is deployed to the one of the CDK's credentials; without these, roles of different accounts show
 * that some are foreign.
 */
export function foreignReaders(scope: Construct, readers: readonly string[]): readonly string[] {
  const { account } = Stack.of(scope);
  const known = Token.isUnresolved(account) ? process.env.CDK_DEFAULT_ACCOUNT : account;
  const given = readers.filter((arn) => !Token.isUnresolved(arn));
  const first = given[0];
  const own = known ?? (first === undefined ? undefined : accountOf(first));
  const others = given.filter((arn) => accountOf(arn) !== own);
  return known === undefined && others.length > 0 ? given : others;
}

function accountOf(arn: string): string | undefined {
  return arn.split(':')[4];
}
