import { entryDigest, pinOf } from '../../functions/core/config/entry-pin';

/** A secret's resource policy that says of a registry entry what the policy of a deployment says, and lets nobody read. */
export function policyThatPins(json: string): string {
  const pins = { Sid: `Deliver${pinOf(entryDigest(json))}`, Effect: 'Allow', Principal: '*', Action: 'none:None' };
  return policyOf({ ...pins, Resource: '*' }, CLOSES);
}

/** The policy of a connection's secret, which lets nobody but sync read the token. */
export function policyThatCloses(): string {
  return policyOf(CLOSES);
}

const CLOSES = {
  Effect: 'Deny',
  Principal: '*',
  Action: 'secretsmanager:GetSecretValue',
  Resource: '*',
  Condition: { StringNotEquals: { 'aws:PrincipalArn': ['arn:aws:iam::111122223333:role/keyturn'] } },
};

function policyOf(...Statement: readonly unknown[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement });
}
