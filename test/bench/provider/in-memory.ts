import { importJWK } from 'jose';
import { providerSchema, providerTrust } from '../../../functions/core/config/provider-config';
import { Redacted } from '../../../functions/core/key/credential';
import { DecisionRecord } from '../../../functions/provider/decision-record';
import { PATIENCE, type ProviderProps } from '../../../functions/provider/provide';
import { RememberedTokens } from '../../../functions/provider/token/remembered-tokens';
import { within } from '../../../functions/runtime/within';
import { REPOSITORY, WORKSPACE } from '../../provider/issuer';
import { RULES as SERVED_RULES } from '../../provider/served';

/** As many rules as one provider may have; the step's own is the last one. */
const RULES = 200;

/** What the whole process gives: the key and the secret of `ServedProvider`. */
export const RULES_OF_THE_WHOLE = SERVED_RULES;

const NOTHING = () => undefined;

/** A provider whose AWS answers at once: what is left is its own time. @param jwk public half of the issuer's key */
export async function inMemory(jwk: object, now: number): Promise<ProviderProps> {
  const config = providerSchema.parse({
    bitbucket: { workspace: 'acme', workspaceUuid: WORKSPACE },
    rules: Array.from({ length: RULES }, (_none, at) => ({
      name: `rule-${at}`,
      repositoryUuid: at === RULES - 1 ? REPOSITORY : `{7b3e4a52-6a52-4d2b-9a53-${String(at).padStart(12, '0')}}`,
      anyStep: true,
      branches: ['main'],
      keys: [{ id: 'web-shop' }],
      secrets: [{ secret: 'shop/db', variable: 'DB_PASSWORD', pointer: '/password' }],
    })),
  });
  const { keysUrl: _url, ...trust } = providerTrust(config);
  const imported = await importJWK(jwk, 'RS256');
  if (imported instanceof Uint8Array) throw new Error('The key of the issuer is none of RSA.');
  const time = { now: () => new Date(now) };
  return {
    terms: { ...trust, longestAge: 900, startedAt: 0, key: () => Promise.resolve(imported) },
    rules: config.rules,
    used: new RememberedTokens(),
    inTime: (deciding) => within(PATIENCE, deciding),
    read: (secret) => Promise.resolve({ versionId: 'x'.repeat(48), value: new Redacted(secretText(secret)) }),
    describe: (name) => {
      const at = new Date(0);
      return Promise.resolve({ name, arn: name, createdAt: at, changedAt: at, versions: [], tags: {} });
    },
    identify: () => Promise.resolve({ accountId: '111122223333', arn: 'arn:aws:iam::111122223333:user/web-shop' }),
    takeRole: () => Promise.reject(new Error('No rule of the bench has a role.')),
    record: new DecisionRecord({
      as: 'provider',
      run: 'bench',
      origin: { account: '111122223333', region: 'eu-west-1', functionVersion: 'bench' },
      time,
      append: () => Promise.resolve(),
    }),
    time,
    log: { info: NOTHING, warn: NOTHING, error: NOTHING },
  };
}

function secretText(secret: string): string {
  if (secret === 'shop/db') return '{"password":"x"}';
  return JSON.stringify({
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'x'.repeat(40),
    userName: 'web-shop',
    accountId: '111122223333',
    createdAt: '2026-01-01T00:00:00.000Z',
  });
}
