import { Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { accountOf, knownAccount } from './known-account';

/**
 * Readers that are roles of another account than the secret's, as far as the synthesis can tell. Where that is not known,
 * roles of different accounts show that some are foreign.
 */
export function foreignReaders(scope: Construct, readers: readonly string[]): readonly string[] {
  const known = knownAccount(scope);
  const given = readers.filter((arn) => !Token.isUnresolved(arn));
  const first = given[0];
  const own = known ?? (first === undefined ? undefined : accountOf(first));
  const others = given.filter((arn) => accountOf(arn) !== own);
  return known === undefined && others.length > 0 ? given : others;
}
