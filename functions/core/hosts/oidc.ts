/** Whose tokens a role trusts: what a host's own forms come to, in the terms of IAM. */
export interface OidcTrust {
  /** The issuer's URL, as its tokens' `iss` says it. */
  readonly issuer: string;
  /** The `aud` that a token has to have. */
  readonly audience: string;
  /** What a token's `sub` has to be like, one of them; `*` is in no part that tells whose the token is. */
  readonly subjects: readonly string[];
}

/** What IAM calls a provider: its URL without the scheme. Its ARN ends in it, and its condition keys begin with it. */
export function providerName(issuer: string): string {
  return issuer.replace(/^https:\/\//, '');
}

/** IAM: the ARN of a provider of any partition and account. */
const PROVIDER_ARN = /^arn:aws[a-z-]*:iam::\d{12}:oidc-provider\/(.+)$/;

/** The name of the provider that an ARN is of; undefined where it is no provider's. */
export function providerNameIn(arn: string): string | undefined {
  return PROVIDER_ARN.exec(arn)?.[1];
}
