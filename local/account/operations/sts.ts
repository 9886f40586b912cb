import * as z from 'zod';
import type { Sts } from '../sts';
import { LONGEST_TOKEN } from '../web-identity';
import { integer, nothing, operationsOf } from './operation';

const operation = operationsOf('ValidationError');

/** STS on the wire. */
export function stsOperations(sts: Sts) {
  return {
    GetCallerIdentity: operation('read', nothing, (_input, caller) => sts.getCallerIdentity(caller)),
    AssumeRole: operation(
      'read',
      z.object({
        RoleArn: z.string().min(20).max(2048),
        RoleSessionName: z.string(),
        DurationSeconds: integer(1, 1_000_000).optional(),
      }),
      (input, caller) => sts.assumeRole(input, caller),
    ),
    AssumeRoleWithWebIdentity: operation(
      'logged-read',
      z.object({
        RoleArn: z.string().min(20).max(2048),
        RoleSessionName: z.string(),
        WebIdentityToken: z.string().min(4).max(LONGEST_TOKEN),
        DurationSeconds: integer(1, 1_000_000).optional(),
      }),
      (input, caller) => sts.assumeRoleWithWebIdentity(input, caller),
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
