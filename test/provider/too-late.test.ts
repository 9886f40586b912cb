import { importJWK } from 'jose';
import { beforeAll, expect, it, vi } from 'vitest';
import type { RoleSession } from '../../functions/account/ports';
import type { AuditEvent } from '../../functions/core/audit';
import { providerSchema } from '../../functions/core/config/provider-config';
import { KeyturnError } from '../../functions/core/errors';
import { Redacted } from '../../functions/core/key/credential';
import { DecisionRecord } from '../../functions/provider/decision-record';
import { type ProviderProps, provide } from '../../functions/provider/provide';
import { RememberedTokens } from '../../functions/provider/token/remembered-tokens';
import type { TokenTerms } from '../../functions/provider/token/verify-token';
import { AUDIENCE, HandmadeIssuer, ISSUER, REPOSITORY, WORKSPACE } from './issuer';

/** What goes on of a decision whose step was told by 503 that there is none. */

const NOW = Date.parse('2026-06-01T12:00:00Z');
const issuer = new HandmadeIssuer();
let terms: TokenTerms;

beforeAll(async () => {
  const key = await importJWK(issuer.jwk('one', issuer.key) as { kty: string }, 'RS256');
  if (key instanceof Uint8Array) throw new Error('it is a public key');
  const trust = { issuer: ISSUER, audience: AUDIENCE, workspaceUuid: WORKSPACE };
  terms = { ...trust, longestAge: 900, startedAt: 0, key: async () => key };
});

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

const CALLS = ['use', 'read', 'takeRole', 'append'] as const;
type Call = (typeof CALLS)[number];

/** A provider whose calls of one name take until the test lets them go on, and whose patience ends when it says so. */
function provider(held?: Call, taken = session) {
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

const token = () => issuer.token({ claims: issuer.claims(NOW) });

it.each(CALLS)(
  'a decision that takes too long at %s does nothing more, and its token is as if nobody had asked',
  async (at) => {
    const { props, used, called, recorded, said, reaches, goOn, losePatience } = provider(at);
    const asked = token();
    const answer = provide([asked], props);
    await reaches(at);
    losePatience();
    expect(await answer).toEqual({ status: 503 });
    await goOn();
    expect(called).toEqual(CALLS.slice(0, CALLS.indexOf(at) + 1));
    expect(said).toEqual(['not decided']);
    // What was on its way into the record already may get there.
    expect(recorded.map(({ event }) => event)).toEqual(at === 'append' ? ['secrets-given'] : []);
    const { props: free } = provider();
    const later = { now: () => new Date(NOW + 31_000) };
    expect(await provide([asked], { ...free, used, time: later })).toMatchObject({ status: 200 });
  },
);

it('a decision that takes too long refuses nothing in the record any more either', async () => {
  const { props, called, said, reaches, goOn, losePatience } = provider('takeRole', () => {
    throw new KeyturnError('aws-denied', 'not this one');
  });
  const answer = provide([token()], props);
  await reaches('takeRole');
  losePatience();
  expect(await answer).toEqual({ status: 503 });
  await goOn();
  expect(called).not.toContain('append');
  expect(said).toEqual(['not decided', 'role denied']);
});

it('a decision that waited too long for the record to be written by others does not get into it', async () => {
  const { props, called, recorded, reaches, goOn, losePatience } = provider('append');
  const patient = { ...props, inTime: <Result>(deciding: Promise<Result>) => deciding };
  const first = provide([token()], patient);
  await reaches('append');
  const answer = provide([token()], props);
  await reaches('takeRole', 2);
  losePatience();
  expect(await answer).toEqual({ status: 503 });
  await goOn();
  expect(called.filter((one) => one === 'append')).toHaveLength(1);
  expect(await first).toMatchObject({ status: 200 });
  const next = provide([token()], patient);
  await reaches('append', 2);
  await goOn();
  expect(await next).toMatchObject({ status: 200 });
  expect(recorded.map(({ sequence }) => sequence)).toEqual([1, 2]);
});
