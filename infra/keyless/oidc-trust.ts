import type { OidcTrust } from '../../functions/core/hosts/oidc';
import { providerName } from '../../functions/core/hosts/oidc';

/** IAM: characters of a trust policy, as long as nobody has asked AWS for more ("IAM and AWS STS quotas"). */
export const LONGEST_TRUST_POLICY = 2048;

/**
 * What a token has to be like. `StringEquals` and `StringLike` fail for what is not there; no `…IfExists` and no
 * `ForAllValues`, which hold for a token that has nothing of the kind.
 *
 * @param addresses that the request has to come from; from anywhere where there are none
 */
export function oidcConditions(
  { issuer, audience, subjects }: OidcTrust,
  addresses: readonly string[] = [],
): Record<string, Record<string, string | readonly string[]>> {
  const provider = providerName(issuer);
  return {
    StringEquals: { [`${provider}:aud`]: audience },
    StringLike: { [`${provider}:sub`]: subjects },
    ...(addresses.length === 0 ? {} : { IpAddress: { 'aws:SourceIp': addresses } }),
  };
}

/** The whole trust policy of a role. @param provider ARN of the provider */
export function oidcTrustPolicy(provider: string, trust: OidcTrust, addresses?: readonly string[]) {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: provider },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: oidcConditions(trust, addresses),
      },
    ],
  };
}
