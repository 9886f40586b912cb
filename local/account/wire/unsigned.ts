import type { Account } from '../account';
import type { Principal } from '../principal';
import { claimsIn } from '../web-identity';
import type { RawRequest } from './signature';

/** The one action here that nobody signs: who calls shows a token in place of it. */
const ACTION = /(?:^|&)Action=AssumeRoleWithWebIdentity(?:&|$)/;

/** Whether a request is one that has no signature. */
export function isUnsigned({ headers, body }: RawRequest): boolean {
  return headers.authorization === undefined && ACTION.test(body.toString('utf8'));
}

/** Who a token says that it is of, as CloudTrail shows it; whether that is so is found out later. */
export function shownIdentity(account: Account, input: Record<string, unknown>, sourceIp: string): Principal {
  const { WebIdentityToken: token } = input;
  const claims = typeof token === 'string' ? claimsIn(token) : undefined;
  const { iss = '', sub = '', aud = [] } = claims ?? {};
  const provider = `arn:aws:iam::${account.accountId}:oidc-provider/${iss.replace(/^https:\/\//, '')}`;
  return {
    kind: 'web-identity',
    arn: provider,
    userId: `${provider}:${aud.join(',')}:${sub}`,
    accessKeyId: '',
    userName: sub,
    webIdentity: { provider, sourceIp },
  };
}
