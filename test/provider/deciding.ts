import { importJWK } from 'jose';
import { vi } from 'vitest';
import type { RoleSession } from '../../functions/account/ports';
import type { AuditEvent } from '../../functions/core/audit';
import { providerSchema } from '../../functions/core/config/provider-config';
import { Redacted } from '../../functions/core/key/credential';
import { DecisionRecord } from '../../functions/provider/decision-record';
import type { ProviderProps } from '../../functions/provider/provide';
import { RememberedTokens } from '../../functions/provider/token/remembered-tokens';
import type { TokenTerms } from '../../functions/provider/token/verify-token';
import { AUDIENCE, HandmadeIssuer, ISSUER, REPOSITORY, WORKSPACE } from './issuer';

export const NOW = Date.parse('2026-06-01T12:00:00Z');
const issuer = new HandmadeIssuer();
const terms: TokenTerms = {
  issuer: ISSUER,
  audience: AUDIENCE,
  workspaceUuid: WORKSPACE,
  longestAge: 900,
  startedAt: 0,
  key: async () => {
    const key = await importJWK(issuer.jwk('one', issuer.key) as { kty: string }, 'RS256');
    if (key instanceof Uint8Array) throw new Error('it is a public key');
    return key;
  },
};

const { rules } = providerSchema.parse({
  bitbucket: { workspace: 'acme', workspaceUuid: WORKSPACE },
  rules: [
    {
      name: 'shop',
      repositoryUuid: REPOSITORY,
      anyStep: true,
      secrets: [{ secret: 'shop/db', variable: 'DB_PASSWORD' }],
      roles: [{ role: 'arn:aws:iam::111122223333:role/deploy' }],
    },
  ],
});

const session = (): RoleSession => ({
  accessKeyId: 'ASIA0000000000000001',
  secretAccessKey: new Redacted('secret'),
  sessionToken: new Redacted('token'),
  expiresAt: new Date(NOW + 900_000),
});

const settled = () => new Promise((resolve) => setImmediate(resolve));

export const CALLS = ['use', 'read', 'takeRole', 'sealing', 'append'] as const;
export type Call = (typeof CALLS)[number];

/** A provider whose calls of one name take until the test lets them go on, and whose patience ends when it says so. */
export function decidingProvider(held?: Call, taken = session) {
  const called: Call[] = [];
  const recorded: AuditEvent[] = [];
  const said: string[] = [];
  const waiting: (() => void)[] = [];
  const impatient: (() => void)[] = [];
  const call = async <Answer>(name: Call, answer: () => Answer | Promise<Answer>): Promise<Answer> => {
    called.push(name);
    if (name === held) await new Promise<void>((resolve) => waiting.push(resolve));
    return answer();
  };
  const time = { now: () => new Date(NOW) };
  const say = (message: string) => void said.push(message);
  const used = new RememberedTokens();
  const props: ProviderProps = {
    terms,
    rules,
    used: { use: (digest, endsAt, now) => call('use', () => used.use(digest, endsAt, now)) },
    read: () => call('read', () => ({ versionId: 'v1', value: new Redacted('p4ssw0rd') })),
    describe: () => Promise.reject(new Error('no managed secret')),
    identify: () => Promise.reject(new Error('no managed secret')),
    takeRole: () => call('takeRole', taken),
    record: new DecisionRecord({
      as: 'endpoint',
      run: 'one',
      origin: { account: '111122223333', region: 'eu-west-1', functionVersion: 'test' },
      time,
      append: (events) => call('append', () => void recorded.push(...events)),
      sealing: () => {
        let begun: Promise<void> | undefined;
        return async (events) => {
          begun ??= call('sealing', () => undefined);
          await begun;
          return events;
        };
      },
    }),
    inTime: (deciding) =>
      Promise.race([deciding, new Promise<never>((_, end) => impatient.push(() => end(new Error('too long'))))]),
    time,
    log: { info: say, warn: say, error: say },
  };
  return {
    props,
    used,
    called,
    recorded,
    said,
    /** Until so many calls of a name have begun. */
    reaches: async (name: Call, times = 1) => {
      await vi.waitUntil(() => called.filter((one) => one === name).length === times, { interval: 1 });
      await settled();
    },
    goOn: async () => {
      for (const resolve of waiting.splice(0)) resolve();
      await settled();
    },
    losePatience: () => {
      for (const end of impatient.splice(0)) end();
    },
  };
}

/** Of a step that the rule means. */
export const meantToken = () => issuer.token({ claims: issuer.claims(NOW) });
