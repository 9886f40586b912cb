import * as z from 'zod';
import { AwsError } from '../aws-error';
import type { Sts } from '../sts';
import { LONGEST_TOKEN } from '../web-identity';
import { integer, nothing, operationsOf } from './operation';

const operation = operationsOf('ValidationError');

const role = {
  RoleArn: z.string().min(20).max(2048),
  RoleSessionName: z.string(),
  DurationSeconds: integer(1, 1_000_000).optional(),
};

const withToken = { ...role, WebIdentityToken: z.string().min(4).max(LONGEST_TOKEN) };

/** A session policy that were left out would make a session freer than it is in AWS. */
function checkKnown(input: Record<string, unknown>, known: readonly string[]): void {
  const [unknown] = Object.keys(input).filter((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new AwsError('ValidationError', 400, `The parameter ${unknown} is not known here`);
}

/** STS on the wire. */
export function stsOperations(sts: Sts) {
  return {
    GetCallerIdentity: operation('read', nothing, (_input, caller) => sts.getCallerIdentity(caller)),
    AssumeRole: operation('read', z.looseObject(role), (input, caller) => {
      checkKnown(input, Object.keys(role));
      return sts.assumeRole(input, caller);
    }),
    AssumeRoleWithWebIdentity: operation(
      'logged-read',
      z.looseObject(withToken),
      (input, caller) => {
        checkKnown(input, Object.keys(withToken));
        return sts.assumeRoleWithWebIdentity(input, caller);
      },
      {
        omit: ['WebIdentityToken'],
        resources: ({ RoleArn }: { RoleArn: unknown }) => [{ type: 'AWS::IAM::Role', ARN: String(RoleArn) }],
        response: ({ Credentials, ...rest }: ReturnType<Sts['assumeRoleWithWebIdentity']>) => {
          const { AccessKeyId, Expiration } = Credentials;
          return { ...rest, Credentials: { AccessKeyId, Expiration } };
        },
      },
    ),
  };
}
