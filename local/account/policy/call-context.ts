import type { AwsCall, Principal } from '../principal';
import type { Context } from './conditions';

const TYPES: Readonly<Record<Principal['kind'], string>> = {
  root: 'Account',
  user: 'User',
  role: 'AssumedRole',
  'web-identity': 'WebIdentityUser',
};

/** What every policy can ask of a call, whatever it is about ("AWS global condition context keys"). */
export function contextOf(
  { principal, at }: Pick<AwsCall, 'principal' | 'at'>,
  { accountId, region }: { readonly accountId: string; readonly region: string },
): Context {
  const { kind, arn, roleArn = arn, userId, userName, session } = principal;
  const tags = Object.entries(session?.tags ?? {}).map(([key, value]) => [`aws:PrincipalTag/${key}`, value]);
  return {
    'aws:PrincipalArn': roleArn,
    'aws:PrincipalAccount': accountId,
    'aws:PrincipalType': TYPES[kind],
    'aws:userid': userId,
    'aws:username': userName,
    'aws:PrincipalIsAWSService': 'false',
    'aws:ViaAWSService': 'false',
    'aws:SecureTransport': 'true',
    'aws:RequestedRegion': region,
    'aws:SourceIp': '127.0.0.1',
    'aws:CurrentTime': new Date(at).toISOString(),
    'aws:EpochTime': String(Math.floor(at / 1000)),
    ...Object.fromEntries(tags),
  };
}
