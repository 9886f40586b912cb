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

const withTerms = {
  ...role,
  Policy: z.string().min(1).optional(),
  PolicyArns: z.array(z.object({ arn: z.string().min(20).max(2048) })).optional(),
  Tags: z.array(z.object({ Key: z.string(), Value: z.string() })).optional(),
};
const withToken = { ...role, WebIdentityToken: z.string().min(4).max(LONGEST_TOKEN) };

/** What were left out could make a session freer than it is in AWS. */
function checkKnown(input: Record<string, unknown>, known: readonly string[]): void {
  const [unknown] = Object.keys(input).filter((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new AwsError('ValidationError', 400, `The parameter ${unknown} is not known here`);
}

/** How CloudTrail shows that somebody has taken a role: with the ID of what they got. */
const TAKING = {
  resources: ({ RoleArn }: { RoleArn: unknown }) => [{ type: 'AWS::IAM::Role', ARN: String(RoleArn) }],
  response: ({ Credentials, ...rest }: ReturnType<Sts['assumeRole']>) => {
    const { AccessKeyId, Expiration } = Credentials;
    return { ...rest, Credentials: { AccessKeyId, Expiration } };
  },
};

/** STS on the wire. */
export function stsOperations(sts: Sts, now: () => number) {
  return {
    GetCallerIdentity: operation('read', nothing, (_input, caller) => sts.getCallerIdentity(caller)),
    AssumeRole: operation(
      'logged-read',
      z.looseObject(withTerms),
      (input, caller, region) => {
        checkKnown(input, Object.keys(withTerms));
        return sts.assumeRole(input, caller, now(), region);
      },
      TAKING,
    ),
    AssumeRoleWithWebIdentity: operation(
      'logged-read',
      z.looseObject(withToken),
      (input, caller) => {
        checkKnown(input, Object.keys(withToken));
        return sts.assumeRoleWithWebIdentity(input, caller);
      },
      { ...TAKING, omit: ['WebIdentityToken'] },
    ),
  };
}
