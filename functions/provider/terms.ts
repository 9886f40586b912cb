import type { Log, Time } from '../account/ports';
import { type ProviderConfig, providerTrust } from '../core/config/provider-config';
import { IssuerKeys } from './keys/issuer-keys';
import { readKeys } from './keys/read-keys';
import type { TokenTerms } from './token/verify-token';

export interface TermsProps {
  readonly config: ProviderConfig;
  /** Tokens from before it are refused, ms since the epoch. */
  readonly startedAt: number;
  readonly time: Time;
  readonly log: Pick<Log, 'warn'>;
}

/** What a provider holds tokens to: its configuration, and the keys that the issuer lists. */
export function termsOf({ config, startedAt, time, log }: TermsProps): TokenTerms {
  const { keysUrl, ...trust } = providerTrust(config);
  const keys = new IssuerKeys(
    () => readKeys(keysUrl),
    time,
    (reason) => log.warn("the issuer's keys could not be read", { from: keysUrl, reason }),
  );
  return { ...trust, longestAge: config.tokenMinutes * 60, startedAt, key: (keyId) => keys.find(keyId) };
}
