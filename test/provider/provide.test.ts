import type { ServerResponse } from 'node:http';
import { IAMClient, UpdateAccessKeyCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createProviderPorts } from '../../functions/aws/provider-ports';
import { configSchema } from '../../functions/core/config/config';
import { providerSchema } from '../../functions/core/config/provider-config';
import { DAY } from '../../functions/core/duration';
import { DecisionRecord } from '../../functions/provider/decision-record';
import { IssuerKeys } from '../../functions/provider/keys/issuer-keys';
import { readKeys } from '../../functions/provider/keys/read-keys';
import { provide } from '../../functions/provider/provide';
import { termsOf } from '../../functions/provider/terms';
import { RememberedTokens } from '../../functions/provider/token/remembered-tokens';
import { within } from '../../functions/runtime/within';
import type { AwsFault } from '../../local/account/wire/server';
import { ENVIRONMENT, OTHER, REPOSITORY, WORKSPACE } from './issuer';
import { DATABASE, type Pair, RULES, ServedProvider } from './served';

let served: ServedProvider;
beforeAll(async () => {
  served = await new ServedProvider().start();
});
afterAll(() => served.close());

/** What the step gets. */
const pair = async (): Promise<Pair | undefined> => {
  const answer = await served.ask(served.good());
  const given = (await answer.json()) as Record<string, string>;
  if (answer.status !== 200) return undefined;
  return { AccessKeyId: given.AWS_ACCESS_KEY_ID ?? '', SecretAccessKey: given.AWS_SECRET_ACCESS_KEY ?? '' };
};

/** The event that was written last, whatever the clock said. */
const lastRecorded = async () => (await served.recorded()).toSorted((a, b) => a.sequence - b.sequence).at(-1);

/** What the record has of a key that is not given: which one, and by which rules it would be. */
const refusedFor = (reason: string, version: string) => ({
  event: 'secrets-refused',
  reason,
  facts: { rules: ['shop-production'], sources: [{ secret: 'keyturn/web-shop', version }] },
});

const setStatus = ({ AccessKeyId }: Pair, Status: 'Active' | 'Inactive') =>
  new IAMClient(served.access).send(new UpdateAccessKeyCommand({ UserName: 'web-shop', AccessKeyId, Status }));

describe('a step that a rule means gets its variables', () => {
  it.each(['Bearer ', 'bearer ', ''])('with "%s" before its token, by GET and by POST', async (scheme) => {
    for (const method of ['GET', 'POST']) {
      const answer = await served.ask('', { method, headers: { authorization: `${scheme}${served.good()}` } });
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const { AccessKeyId: AWS_ACCESS_KEY_ID, SecretAccessKey: AWS_SECRET_ACCESS_KEY } = served.first;
      const given = { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, DB_PASSWORD: DATABASE };
      expect([answer.status, await answer.json()]).toEqual([200, given]);
    }
  });

  it('and the record has said before who got what by which rule, and no value (K6, K7)', async () => {
    const [started] = await served.recorded();
    expect(started).toMatchObject({
      event: 'run-started',
      function: 'provider',
      facts: { rules: ['shop-production'] },
    });
    await served.ask(served.good());
    const events = await served.recorded();
    expect(events.at(-1)).toMatchObject({
      event: 'secrets-given',
      outcome: 'ok',
      function: 'provider',
      facts: {
        workspace: WORKSPACE,
        repository: REPOSITORY,
        environment: ENVIRONMENT,
        branch: 'main',
        rules: ['shop-production'],
        variables: ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'DB_PASSWORD'],
        sources: [{ secret: 'keyturn/web-shop' }, { secret: 'shop/db' }],
      },
    });
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, at) => at + 1));
    for (const value of served.values) expect(JSON.stringify([events, served.lines])).not.toContain(value);
  });

  it('both halves of the current key, from one version, while it is rotated (K1)', async () => {
    const asks = Array.from({ length: 30 }, async (_, at) => {
      if (at % 3 === 0) await served.store(at % 2 === 0 ? served.first : served.second);
      return pair();
    });
    for (const given of await Promise.all(asks)) expect([served.first, served.second]).toContainEqual(given);
    await served.store(served.first);
  });

  it('the key before a new one while that spreads, if it works, and then the new one (K1, K2)', async () => {
    const { first: old, second: fresh } = served;
    await served.store(old);
    expect(await pair()).toEqual(old);
    await served.store(fresh, 0);
    expect(await pair()).toEqual(old);
    expect(JSON.stringify((await served.recorded()).at(-1)?.facts)).toContain('keyturn/web-shop');
    served.now += 179_999;
    expect(await pair()).toEqual(old);
    served.now += 1;
    expect(await pair()).toEqual(fresh);
    served.now -= 180_000;
    await setStatus(old, 'Inactive');
    expect(await pair()).toEqual(fresh);
    await setStatus(old, 'Active');
    await served.store(old);
  });

  it.each(['keyturn:compromised', 'keyturn:disable-first', 'keyturn:withdrawn'])(
    'never the key before, while a new one spreads, where %s names it',
    async (tag) => {
      await served.store(served.first);
      await served.store(served.second, 0);
      await served.tag(tag, `${served.first.AccessKeyId} ${new Date(served.now).toISOString()}`);
      expect(await pair()).toEqual(served.second);
      await served.tag(tag);
      expect(await pair()).toEqual(served.first);
      await served.store(served.first);
    },
  );

  it.each(['keyturn:compromised', 'keyturn:disable-first'])(
    'never a current key of which %s says that it has leaked, and the next one at once',
    async (tag) => {
      await served.tag(tag, `${served.first.AccessKeyId} ${new Date(served.now).toISOString()}`);
      expect((await served.ask(served.good())).status).toBe(403);
      expect(await lastRecorded()).toMatchObject(refusedFor('leaked-key', await served.currentVersion()));
      await served.store(served.second, 0);
      expect(await pair()).toEqual(served.second);
      await served.tag(tag);
      await served.store(served.first);
    },
  );

  it('never a key that is Inactive (K1), but one of which STS cannot say it', async () => {
    await setStatus(served.first, 'Inactive');
    expect((await served.ask(served.good())).status).toBe(403);
    expect(await lastRecorded()).toMatchObject(refusedFor('dead-key', await served.currentVersion()));
    expect(served.lines.at(-1)).toContain('"secret":"keyturn/web-shop"');
    await setStatus(served.first, 'Active');
    served.fault = ({ action }) =>
      action === 'GetCallerIdentity' ? { kind: 'error', code: 'AccessDenied', status: 403 } : undefined;
    expect(await pair()).toEqual(served.first);
    served.fault = undefined;
  });

  it('by any step where the rule says so, without an environment too', async () => {
    const [rule] = RULES;
    await served.serve([{ ...rule, environmentUuids: undefined, branches: undefined, anyStep: true }]);
    for (const more of [
      { deploymentEnvironmentUuid: undefined },
      { deploymentEnvironmentUuid: OTHER, branchName: 'x' },
    ]) {
      expect((await served.ask(served.good(more))).status).toBe(200);
    }
    expect((await served.ask(served.good({ repositoryUuid: OTHER }))).status).toBe(403);
    await served.serve();
  });
});

describe('nothing is given', () => {
  const nothing = async (status: number) => {
    const answer = await served.ask(served.good());
    expect([answer.status, await answer.text()]).toEqual([status, '{"error":"refused"}']);
  };

  it.each(['PutLogEvents', 'GetSecretValue', 'DescribeSecret'])(
    'while %s fails, and the same token has its variables afterwards',
    async (action) => {
      const token = served.good();
      served.fault = (call) =>
        call.action === action ? { kind: 'error', code: 'AccessDeniedException', status: 400 } : undefined;
      try {
        const answer = await served.ask(token);
        expect([answer.status, await answer.text()]).toEqual([503, '{"error":"refused"}']);
        expect(served.lines.at(-1)).toContain('aws-denied');
      } finally {
        served.fault = undefined;
      }
      served.now += 60_000;
      expect((await served.ask(token)).status).toBe(200);
    },
  );

  it.each<[string, AwsFault]>([
    ['is throttled', { kind: 'error', code: 'ThrottlingException', status: 400 }],
    ['is down', { kind: 'error', code: 'InternalServiceError', status: 500 }],
    ['does not answer', { kind: 'unanswered', happened: false }],
  ])('while AWS %s, and whoever asks is told so within seconds, however many asked before', async (_name, fault) => {
    served.fault = (call) => (call.action === 'GetSecretValue' ? fault : undefined);
    try {
      await Promise.all(Array.from({ length: 20 }, () => nothing(503)));
      const begun = Date.now();
      if (fault.kind === 'error') await nothing(503);
      expect(Date.now() - begun).toBeLessThan(2_000);
    } finally {
      served.fault = undefined;
    }
    expect((await served.ask(served.good())).status).toBe(200);
  });

  it('where a decision takes too long, however few of its calls do, and the token is as if nobody had asked', async () => {
    const { account } = served.world;
    const time = { now: () => new Date(served.now), sleep: async () => undefined };
    const lines: string[] = [];
    const say = (message: string, facts?: object) => void lines.push(JSON.stringify([message, facts]));
    const log = { info: say, warn: say, error: say };
    const bitbucket = { workspace: 'acme', workspaceUuid: WORKSPACE, url: served.issuerUrl };
    const config = providerSchema.parse({ bitbucket, rules: RULES });
    const { append, ...ports } = createProviderPorts(account.region, served.access);
    const origin = { account: account.accountId, region: account.region, functionVersion: 'test' };
    const props = {
      ...ports,
      terms: termsOf({ config, startedAt: 0, time, log }),
      rules: config.rules,
      used: new RememberedTokens(),
      record: new DecisionRecord({ as: 'provider', run: 'slow', origin, time, append }),
      inTime: <Result>(deciding: Promise<Result>) => within(400, deciding),
      time,
      log,
    };
    const token = served.good();
    served.fault = () => ({ kind: 'delay', milliseconds: 250 });
    try {
      expect(await provide([token], props)).toEqual({ status: 503 });
      expect(lines.at(-1)).toContain('aws-uncertain');
    } finally {
      served.fault = undefined;
    }
    served.now += 31_000;
    expect(await provide([token], props)).toMatchObject({ status: 200 });
  });

  it.each([
    ['a secret that is not there', { secret: 'shop/none' }],
    ['a pointer that finds nothing', { pointer: '/users/nobody' }],
    ['a pointer that finds no text', { pointer: '/users' }],
    ['a pointer into what every object has', { pointer: '/constructor/name' }],
  ])('by a rule with %s', async (_name, more) => {
    const [rule] = RULES;
    await served.serve([{ ...rule, keys: [], secrets: [{ secret: 'shop/db', variable: 'X', ...more }] }]);
    await nothing(503);
    expect(served.lines.at(-1)).toMatch(/secret-(missing|invalid)/);
    await served.serve();
  });

  it('where there is no log group: it does not start', async () => {
    served.fault = (call) =>
      call.action === 'PutLogEvents' ? { kind: 'error', code: 'AccessDeniedException', status: 400 } : undefined;
    const { url } = served;
    await expect(served.serve()).rejects.toThrow('aws logs create-log-group');
    served.fault = undefined;
    await served.serve();
    expect(served.url).not.toBe(url);
  });
});

describe("the issuer's keys", () => {
  const status = async (token = served.good()) => (await served.ask(token)).status;
  const by = (kid: string, key = served.issuer.other) =>
    served.issuer.token({
      header: { alg: 'RS256', kid },
      claims: served.issuer.claims(served.now),
      sign: served.issuer.rs256(key),
    });

  beforeEach(async () => {
    served.issuer.answer = (_request, response) => served.issuer.list(response);
    served.issuer.keys = [served.issuer.jwk('one', served.issuer.key)];
    await served.serve();
    served.issuer.asked = 0;
  });

  it('are read once, however many ask at once', async () => {
    expect(new Set(await Promise.all(Array.from({ length: 20 }, () => status())))).toEqual(new Set([200]));
    expect(served.issuer.asked).toBe(1);
  });

  it('are read again for a new one, and not for each that somebody makes up', async () => {
    await status();
    for (let at = 0; at < 20; at++) expect(await status(by(`flood-${at}`))).toBe(401);
    expect(served.issuer.asked).toBe(1);
    served.issuer.keys = [...served.issuer.keys, served.issuer.jwk('two', served.issuer.other)];
    served.now += 5_000;
    expect(await status(by('two'))).toBe(200);
    expect(served.issuer.asked).toBe(2);
  });

  it('open nothing ten minutes after they were withdrawn', async () => {
    expect(await status()).toBe(200);
    served.issuer.keys = [served.issuer.jwk('two', served.issuer.other)];
    served.now += 10 * 60_000;
    expect(await status()).toBe(200);
    served.now += 1;
    expect([await status(), served.reason]).toEqual([401, 'unknown-key']);
    expect(await status(by('two'))).toBe(200);
  });

  it('are believed for an hour while the issuer is down, and asked for ever more seldom', async () => {
    expect(await status()).toBe(200);
    served.issuer.answer = (_request, response) => response.writeHead(500).end();
    served.now += 11 * 60_000;
    served.issuer.asked = 0;
    for (let second = 0; second < 20; second++) {
      expect(await status()).toBe(200);
      served.now += 1_000;
    }
    // After 0, 1, 3, 7 and 15 seconds.
    expect(served.issuer.asked).toBe(5);
    served.now += 48 * 60_000;
    expect(await status()).toBe(200);
    served.now += 60_000;
    expect([await status(), served.reason]).toEqual([503, 'keys-unavailable']);
    served.issuer.answer = (_request, response) => served.issuer.list(response);
    served.now += 60_000;
    expect(await status()).toBe(200);
  });

  /** The issuer's next answers, and its list from then on. */
  function passing(...faults: readonly ((response: ServerResponse) => unknown)[]): void {
    const left = [...faults];
    served.issuer.answer = (_request, response) => {
      const fault = left.shift();
      if (fault === undefined) served.issuer.list(response);
      else fault(response);
    };
  }
  const answering = (code: number) => (response: ServerResponse) => response.writeHead(code).end();
  const cut = (response: ServerResponse) => response.destroy();

  it.each<[string, readonly ((response: ServerResponse) => unknown)[]]>([
    ['once', [answering(429)]],
    ['once without an answer', [cut]],
    ['twice', [answering(503), cut]],
  ])('are asked for again while a step waits, where the issuer fails %s', async (_name, faults) => {
    passing(...faults);
    // However many wait, each trial is one.
    expect(new Set(await Promise.all([1, 2, 3, 4].map(() => status())))).toEqual(new Set([200]));
    expect(served.issuer.asked).toBe(faults.length + 1);
  });

  it('are asked for again for a new one, where the issuer fails once after it has got it', async () => {
    expect(await status()).toBe(200);
    served.issuer.keys = [...served.issuer.keys, served.issuer.jwk('two', served.issuer.other)];
    served.now += 5_000;
    passing(answering(500));
    expect(await status(by('two'))).toBe(200);
  });

  it('are not waited for where the issuer goes on failing: no step that may be one is told that it is none', async () => {
    const begun = served.now;
    served.issuer.answer = (_request, response) => response.writeHead(500).end();
    expect([await status(), served.reason]).toEqual([503, 'keys-unavailable']);
    expect([served.issuer.asked, served.now - begun]).toEqual([3, 3_000]);
    // Soon after it, by the backoff of all of them.
    expect([await status(by('made-up')), served.issuer.asked, served.now - begun]).toEqual([503, 3, 3_000]);
  });

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['has another algorithm', { alg: 'PS256' }, 'algorithm'],
    ['is of another issuer', { iss: 'https://evil.example' }, 'issuer'],
    ['is for another audience', { aud: 'sts.amazonaws.com' }, 'audience'],
    ['has ended', { exp: 1, iat: 0 }, 'expired'],
    ['is of another workspace', { workspaceUuid: OTHER }, 'workspace'],
    ['has the subject of another step', { sub: `${REPOSITORY}:${OTHER}` }, 'claims'],
  ])('are not asked for, nor waited for, for the sake of a token that %s', async (_name, { alg, ...more }, reason) => {
    served.issuer.answer = (_request, response) => response.writeHead(429).end();
    const begun = served.now;
    const header = { alg: alg ?? 'RS256', kid: 'made-up' };
    const token = served.issuer.token({ header, claims: served.issuer.claims(served.now, more) });
    expect([await status(token), served.reason]).toEqual([401, reason]);
    expect([served.issuer.asked, served.now]).toEqual([0, begun]);
  });

  it('are read again for a new one, and withdrawn in time, although the clock was set back by a day', async () => {
    let now = 2 * DAY;
    let [listed, asked] = ['one', 0];
    const read = async () => {
      asked += 1;
      return JSON.stringify({ keys: [served.issuer.jwk(listed, served.issuer.key)] });
    };
    const keys = new IssuerKeys(read, { now: () => new Date(now), sleep: async () => undefined }, () => undefined);
    await keys.find('one');
    now -= DAY;
    listed = 'two';
    await expect(keys.find('one')).rejects.toThrow('unknown-key');
    await keys.find('two');
    expect(asked).toBe(2);
  });

  it('are none where two have one ID', async () => {
    const [own, other] = [served.issuer.key, served.issuer.other];
    served.issuer.keys = [
      served.issuer.jwk('one', own),
      served.issuer.jwk('one', other),
      served.issuer.jwk('two', other),
    ];
    expect([await status(), served.reason]).toEqual([401, 'unknown-key']);
    expect([await status(by('one')), served.reason]).toEqual([401, 'unknown-key']);
  });

  it.each([
    ['of another kind', { kty: 'EC' }],
    ['to encrypt with', { use: 'enc' }],
    ['of another algorithm', { alg: 'RS512' }],
  ])('are none %s', async (_name, more) => {
    const [one, two] = [served.issuer.jwk('one', served.issuer.key), served.issuer.jwk('two', served.issuer.other)];
    served.issuer.keys = [{ ...one, ...more }, two];
    expect([await status(), served.reason]).toEqual([401, 'unknown-key']);
  });

  it('are not read from where a redirect leads', async () => {
    let led = 0;
    served.issuer.answer = ({ url }, response) => {
      if (url === '/elsewhere') {
        led += 1;
        served.issuer.list(response);
      } else response.writeHead(302, { location: '/elsewhere' }).end();
    };
    expect([await status(), served.reason]).toEqual([503, 'keys-unavailable']);
    expect(led).toBe(0);
    expect(served.lines.at(-2)).toMatch(/keys could not be read.*status 302/);
  });

  it.each<[string, string]>([
    ['huge', `{"keys":[],"more":"${'x'.repeat(65_536)}"}`],
    ['no JSON', '<html>'],
    ['no list', '{"keys":{}}'],
    ['a list of nothing', '{"keys":[]}'],
    ['a list of very many', JSON.stringify({ keys: Array.from({ length: 51 }, () => ({})) })],
  ])('are not read from an answer that is %s', async (_name, text) => {
    served.issuer.answer = (_request, response) => response.end(text);
    expect([await status(), served.reason]).toEqual([503, 'keys-unavailable']);
  });

  it.each([302, 404, 500])('are not read from an answer with status %i, whatever it holds', async (code) => {
    served.issuer.answer = (_request, response) => served.issuer.list(response.writeHead(code));
    expect([await status(), served.reason]).toEqual([503, 'keys-unavailable']);
  });

  it('are not read in the clear but on loopback', async () => {
    await expect(readKeys('http://api.bitbucket.org/keys.json')).rejects.toThrow('not encrypted');
  });

  it('are not waited for longer than three seconds, however it drips', async () => {
    served.issuer.answer = (_request, response) => {
      response.write('{"keys":[');
      const drip = setInterval(() => response.write(' '), 100);
      served.now += 3_000;
      response.once('close', () => clearInterval(drip));
    };
    const begun = Date.now();
    expect([await status(), served.reason]).toEqual([503, 'keys-unavailable']);
    expect(Date.now() - begun).toBeLessThan(4_000);
  });
});

describe('provider in keyturn.yaml', () => {
  const ROLE = 'arn:aws:iam::111122223333:role/web-shop-deploy';
  const policy = (more: object) => ({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: 's3:PutObject', Resource: '*', ...more },
  });
  const [rule] = RULES;
  const provider = { bitbucket: { workspace: 'acme', workspaceUuid: WORKSPACE }, rules: RULES };
  const problems = ({ connections = {}, ...given }: Readonly<Record<string, unknown>>) =>
    configSchema
      .safeParse({
        connections,
        keys: [{ id: 'web-shop', user: 'web-shop' }],
        provider: { ...provider, ...given },
      })
      .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

  it('is sound as it stands there', () => expect(problems({})).toBeUndefined());

  it.each<[string, object, RegExp]>([
    ['no rule', { rules: [] }, /provider.rules/],
    [
      'a key that is none',
      { rules: [{ ...rule, keys: [{ id: 'other' }] }] },
      /keys.0.id: expected the id of one of the keys/,
    ],
    [
      'a rule for whoever',
      { rules: [{ ...rule, environmentUuids: undefined }] },
      /expected either environmentUuids or anyStep/,
    ],
    ['a rule for both', { rules: [{ ...rule, anyStep: true }] }, /found both/],
    ['a wildcard', { rules: [{ ...rule, repositoryUuid: '{*}' }] }, /has no wildcard/],
    ['nothing given', { rules: [{ ...rule, keys: [], secrets: [] }] }, /gives nothing/],
    [
      'a variable twice',
      { rules: [{ ...rule, secrets: [{ secret: 'x', variable: 'AWS_ACCESS_KEY_ID' }] }] },
      /"AWS_ACCESS_KEY_ID" twice/,
    ],
    [
      'a variable of two rules',
      { rules: [rule, { ...rule, name: 'b', branches: ['x', 'main'] }] },
      /found "AWS_ACCESS_KEY_ID", which a step may get by "shop-production" too/,
    ],
    ['a name twice', { rules: [rule, { ...rule, repositoryUuid: OTHER }] }, /expected a name of its own/],
    [
      "a host's token",
      { rules: [{ ...rule, secrets: [{ secret: 'keyturn/connections/bitbucket', variable: 'X' }] }] },
      /none of Keyturn's/,
    ],
    [
      'a pointer that is none',
      { rules: [{ ...rule, secrets: [{ secret: 'x', variable: 'X', pointer: 'a' }] }] },
      /JSON pointer/,
    ],
    ['keys in the clear', { bitbucket: { ...provider.bitbucket, url: 'http://api.example.com' } }, /expected https/],
    ...[
      'PATH',
      'Path',
      'LD_PRELOAD',
      'DYLD_INSERT_LIBRARIES',
      'BASH_ENV',
      'NODE_OPTIONS',
      ...['NODE_EXTRA_CA_CERTS', 'NODE_TLS_REJECT_UNAUTHORIZED', 'JDK_JAVA_OPTIONS', 'MAVEN_OPTS', 'GRADLE_OPTS'],
      ...['GIT_PROXY_COMMAND', 'GIT_EDITOR', 'DOCKER_HOST', 'HTTP_PROXY', 'https_proxy', 'ALL_PROXY'],
      'BITBUCKET_BRANCH',
      'AWS_ENDPOINT_URL',
      'AWS_ENDPOINT_URL_S3',
      'AWS_CONFIG_FILE',
      '__proto__',
    ].map((variable): [string, object, RegExp] => [
      `the variable ${variable}`,
      { rules: [{ ...rule, secrets: [{ secret: 'x', variable }] }] },
      /expected a variable of your own/,
    ]),
    ...[
      ['half of the usual names', { secretAccessKey: 'A_SECRET' }],
      ['the other half of the usual names', { accessKeyId: 'A_ID' }],
      [
        'the usual names in another order',
        { accessKeyId: 'AWS_SECRET_ACCESS_KEY', secretAccessKey: 'AWS_ACCESS_KEY_ID' },
      ],
      ['half of the usual names in another case', { accessKeyId: 'aws_access_key_id', secretAccessKey: 'A_SECRET' }],
    ].map(([what, names]): [string, object, RegExp] => [
      `a key under ${what}`,
      { rules: [{ ...rule, keys: [{ id: 'web-shop', ...Object(names) }] }] },
      /keys.0.secretAccessKey: expected AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY all together or none of them/,
    ]),
    ...['AWS_SESSION_TOKEN', 'aws_profile', 'AWS_CREDENTIAL_EXPIRATION'].map((variable): [string, object, RegExp] => [
      `${variable} beside a key`,
      { rules: [{ ...rule, secrets: [{ secret: 'x', variable }] }] },
      /beside a key: SDKs would not use the key as it is/,
    ]),
    [
      'variables that Windows takes for one',
      { rules: [{ ...rule, secrets: [{ secret: 'x', variable: 'aws_access_key_id' }] }] },
      /"aws_access_key_id" twice/,
    ],
    [
      'a variable of two rules that Windows takes for one',
      { rules: [rule, { ...rule, name: 'b', keys: [], secrets: [{ secret: 'x', variable: 'db_password' }] }] },
      /found "DB_PASSWORD", which a step may get by "shop-production" too/i,
    ],
    ...['ci/bitbucket', 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:ci/bitbucket-AbCdEf'].map(
      (secret): [string, object, RegExp] => [
        `the token of a connection as ${secret}`,
        {
          connections: { main: { bitbucket: { secret: 'ci/bitbucket' } } },
          rules: [{ ...rule, secrets: [{ secret, variable: 'X' }] }],
        },
        /rules.0.secrets.0.secret: expected a secret that no connection uses, found that of "main"/,
      ],
    ),
    [
      'one secret by its name and by its ARN',
      {
        rules: [
          {
            ...rule,
            secrets: ['db', 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf'].map((secret, at) => ({
              secret,
              variable: `X${at}`,
            })),
          },
        ],
      },
      /expected one secret by one name/,
    ],
    ...(
      [
        ['no role', { role: 'arn:aws:iam::111122223333:user/deploy' }, /ARN of an IAM role/],
        ['a name of a role', { role: 'web-shop-deploy' }, /ARN of an IAM role/],
        ['a role with a wildcard', { role: 'arn:aws:iam::111122223333:role/*' }, /without a wildcard/],
        ['a role of any account', { role: 'arn:aws:iam::*:role/deploy' }, /without a wildcard/],
        ['a session', { role: 'arn:aws:sts::111122223333:assumed-role/deploy/x' }, /ARN of an IAM role/],
        ['a session that is too short', { sessionMinutes: 14 }, /sessionMinutes: .*15/],
        ['a session of more than an hour', { sessionMinutes: 61 }, /sessionMinutes: .*60/],
        ['a policy for a principal', { sessionPolicy: policy({ Principal: '*' }) }, /Principal/],
        [
          'a policy about nothing',
          { sessionPolicy: policy({ Resource: undefined }) },
          /one of Resource and NotResource/,
        ],
        ['a policy without its version', { sessionPolicy: { Statement: [] } }, /sessionPolicy.Version/],
        ['a policy that is too long', { sessionPolicy: policy({ Sid: 'x'.repeat(2_000) }) }, /2048 characters at most/],
        ['a policy in other letters', { sessionPolicy: policy({ Resource: 'ł' }) }, /letters of Latin-1/],
        [
          'a policy that narrows nothing',
          { policyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] },
          /policyArns.0: .*narrow the session/,
        ],
        [
          'a policy of another account',
          { policyArns: ['arn:aws:iam::999988887777:policy/x'] },
          /role's account 111122223333/,
        ],
        ['half of the usual names', { sessionToken: 'TOKEN' }, /all together or none/],
        [
          'the usual names in another order',
          { accessKeyId: 'AWS_SECRET_ACCESS_KEY', secretAccessKey: 'A', sessionToken: 'B' },
          /all together or none/,
        ],
        [
          'the usual names in another case',
          { accessKeyId: 'aws_access_key_id', secretAccessKey: 'A', sessionToken: 'B' },
          /all together or none/,
        ],
        [
          'a variable that is obeyed',
          { accessKeyId: 'A', secretAccessKey: 'B', sessionToken: 'PATH' },
          /a variable of your own/,
        ],
      ] as const
    ).map(([name, more, message]): [string, object, RegExp] => [
      `${name} in roles`,
      { rules: [{ ...rule, keys: [], roles: [{ role: ROLE, ...more }] }] },
      message,
    ]),
    [
      'a role beside a key under the same names',
      { rules: [{ ...rule, roles: [{ role: ROLE }] }] },
      /"AWS_ACCESS_KEY_ID" twice/,
    ],
    [
      'a role beside a variable that spoils it',
      { rules: [{ ...rule, keys: [], roles: [{ role: ROLE }], secrets: [{ secret: 'x', variable: 'AWS_PROFILE' }] }] },
      /expected no AWS_PROFILE beside a key/,
    ],
    ...['AWS_PROFILE', 'AWS_SESSION_TOKEN'].map((variable): [string, object, RegExp] => [
      `${variable} by another rule beside a key`,
      { rules: [rule, { ...rule, name: 'b', keys: [], secrets: [{ secret: 'x', variable }] }] },
      /rules.1.name: expected no AWS_\w+ beside a key.*which a step may get by "shop-production" too/,
    ]),
    [
      'a role of another rule under the same names',
      { rules: [rule, { ...rule, name: 'b', keys: [], secrets: [], roles: [{ role: ROLE }] }] },
      /found "AWS_ACCESS_KEY_ID", which a step may get by/,
    ],
    ['more roles than a step can wait for', { rules: [{ ...rule, roles: Array(6).fill({ role: ROLE }) }] }, /roles.*5/],
    [
      "another workspace's audience",
      { bitbucket: { ...provider.bitbucket, audience: 'ari:cloud:bitbucket::workspace/x' } },
      /an audience of your own/,
    ],
  ])('is refused with %s', (_name, given, message) => {
    expect(problems({ ...given })?.join('\n')).toMatch(message);
  });

  it('may give a role beside a key, under names of its own, and with policies that narrow it', () => {
    const roles = [
      {
        role: 'arn:aws:iam::111122223333:role/pipelines/web-shop-deploy',
        sessionMinutes: 60,
        sessionPolicy: policy({}),
        policyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess', 'arn:aws:iam::111122223333:policy/shop'],
        accessKeyId: 'DEPLOY_ID',
        secretAccessKey: 'DEPLOY_SECRET',
        sessionToken: 'DEPLOY_TOKEN',
      },
    ];
    expect(problems({ rules: [{ ...rule, roles }] })).toBeUndefined();
    expect(problems({ rules: [{ ...rule, keys: [], roles: [{ role: ROLE }] }] })).toBeUndefined();
  });

  it('may give one variable by rules that mean no step together', () => {
    expect(
      problems({
        rules: [rule, { ...rule, name: 'b', branches: ['next'] }, { ...rule, name: 'c', environmentUuids: [OTHER] }],
      }),
    ).toBeUndefined();
  });
});
