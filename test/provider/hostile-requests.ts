import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AUDIENCE, ENVIRONMENT, ISSUER, OTHER, REPOSITORY, WORKSPACE } from './issuer';
import type { Served } from './served';

let served: Served;

/** It is still there, and gives whoever may have it what it gives (so that no case is refused for another reason). */
export async function stillServes(): Promise<void> {
  expect((await served.ask(served.good())).status).toBe(200);
}

const NOTHING = '{"error":"refused"}';

export async function refused(token: string, status: number, reason: string): Promise<void> {
  const before = served.lines.length;
  const answer = await served.ask(token);
  expect([answer.status, await answer.text()]).toEqual([status, NOTHING]);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(served.lines.length).toBe(before + 1);
  expect(served.reason).toBe(reason);
  await stillServes();
}

const claims = (more: Readonly<Record<string, unknown>> = {}) => served.issuer.claims(served.now, more);
const seconds = () => Math.floor(served.now / 1000);
const own = { typ: 'JWT', alg: 'RS256', kid: 'one' };
const part = (text: string) => Buffer.from(text).toString('base64url');
const pem = () => createPublicKey(served.issuer.key).export({ format: 'pem', type: 'spki' });
/** Claims as a text, with something put in before their end. */
const withText = (text: string, more: Readonly<Record<string, unknown>> = {}) =>
  `${JSON.stringify(claims(more)).slice(0, -1)},${text}}`;
const written = (header: unknown, body: unknown = claims()) => served.issuer.token({ header, claims: body });
const of = (more: Readonly<Record<string, unknown>>) => served.issuer.token({ claims: claims(more) });
const without = (name: string) => {
  const { [name]: _left, ...others } = claims();
  return served.issuer.token({ claims: others });
};

/** What a socket answers to bytes. */
export const raw = (served: Served, text: string) =>
  new Promise<string>((done) => {
    let answer = '';
    const socket = connect(Number(new URL(served.url).port), '127.0.0.1', () => socket.write(text));
    socket.setEncoding('latin1').on('data', (data) => {
      answer += data;
    });
    socket.once('close', () => done(answer)).on('error', () => {});
  });
export const auth = (token: string) => `Authorization: Bearer ${token}\r\n`;

/** Where the two forms differ on the wire. */
export interface Form {
  /** What the wrong method is answered. */
  readonly noSuchMethod: number;
  /** What a header with a comma is taken for: API Gateway joins several of them by one. */
  readonly comma: 'malformed' | 'two-tokens';
}

/** The hostile list, each at a provider that is served and stays so. */
export function hostileRequests(start: () => Promise<Served>, { noSuchMethod, comma }: Form): void {
  beforeAll(async () => {
    served = await start();
  });
  afterAll(() => served.close());
  afterEach(() => {
    const said = served.lines.join('\n');
    for (const value of served.values) expect(said).not.toContain(value);
    expect(said).not.toMatch(/eyJ[\w-]{20}/);
  });

  describe('a token of another form is refused', () => {
    it.each<[string, string, () => string]>([
      ['no token but its scheme', 'malformed', () => ''],
      ['words', 'malformed', () => 'let me in'],
      ['alg none without a signature', 'malformed', () => `${part('{"alg":"none","kid":"one"}')}.${part('{}')}.`],
      ['alg none', 'algorithm', () => written({ ...own, alg: 'none' })],
      ['alg NoNe', 'algorithm', () => written({ ...own, alg: 'NoNe' })],
      ['no alg', 'algorithm', () => written({ kid: 'one' })],
      [
        'HS256 with the public key',
        'algorithm',
        () =>
          served.issuer.token({
            header: { ...own, alg: 'HS256' },
            claims: claims(),
            sign: (text) => createHmac('sha256', pem()).update(text).digest(),
          }),
      ],
      [
        'ES256',
        'algorithm',
        () => {
          const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
          const by = (text: string) =>
            sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' as const });
          return served.issuer.token({ header: { ...own, alg: 'ES256' }, claims: claims(), sign: by });
        },
      ],
      [
        'RS512 by the right key',
        'algorithm',
        () => {
          const by = (text: string) => sign('RSA-SHA512', Buffer.from(text), served.issuer.key);
          return served.issuer.token({ header: { ...own, alg: 'RS512' }, claims: claims(), sign: by });
        },
      ],
      ['an empty signature', 'malformed', () => served.good().replace(/[^.]+$/, '')],
      ['two parts', 'malformed', () => served.good().replace(/\.[^.]+$/, '')],
      [
        'the signature of another token',
        'signature',
        () => served.good().replace(/[^.]+$/, served.good().split('.')[2] ?? ''),
      ],
      [
        'a flipped bit',
        'signature',
        () => {
          const [header, body = '', signature] = served.good().split('.');
          const changed = Buffer.from(body, 'base64url').toString().replace('"main"', '"maio"');
          return `${header}.${part(changed)}.${signature}`;
        },
      ],
      [
        'another key under the same ID',
        'signature',
        () => served.issuer.token({ claims: claims(), sign: served.issuer.rs256(served.issuer.other) }),
      ],
      [
        'the JSON form with two signatures',
        comma,
        () => {
          const [header, payload, signature] = served.good().split('.');
          return JSON.stringify({
            payload,
            signatures: [
              { protected: header, signature },
              { protected: header, signature },
            ],
          });
        },
      ],
      ['a JWE', 'malformed', () => `${part('{"alg":"RSA-OAEP","enc":"A256GCM","kid":"one"}')}.AAAA.AAAA.AAAA.AAAA`],
      ['more than 8 KB', 'too-long', () => of({ more: 'x'.repeat(5_800) })],
      ['bad base64', 'malformed', () => served.good().replace('.', '*.')],
      ['padding', 'malformed', () => `${served.good()}=`],
      [
        'a signature with bits left over',
        'malformed',
        () => {
          const token = served.good();
          const last = token.at(-1) ?? '';
          const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
          return `${token.slice(0, -1)}${alphabet[alphabet.indexOf(last) + 1]}`;
        },
      ],
      ['claims that are no object', 'malformed', () => written(own, '[1]')],
      ['claims that are no JSON', 'malformed', () => written(own, '{"a":')],
      [
        'claims that are no UTF-8',
        'malformed',
        () => {
          const text = `${part(JSON.stringify(own))}.${Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).toString('base64url')}`;
          return `${text}.${served.issuer.rs256()(text).toString('base64url')}`;
        },
      ],
      [
        'a claim twice',
        'malformed',
        () => written(own, withText(`"repositoryUuid":"${REPOSITORY}"`, { repositoryUuid: OTHER })),
      ],
      [
        'a claim twice, once escaped',
        'malformed',
        () => written(own, withText(String.raw`"br\u0061nchName":"main"`, { branchName: 'x' })),
      ],
      ['a header twice', 'malformed', () => written('{"alg":"none","kid":"one","alg":"RS256"}')],
      ['__proto__', 'malformed', () => written(own, withText('"__proto__":{"branchName":"main"}'))],
      ['__proto__ in the depth', 'malformed', () => written(own, withText('"a":[{"__proto__":1}]'))],
    ])('%s', (_name, reason, token) => refused(token(), 401, reason));

    it('deep JSON, and what comes of it is decided as usual', async () => {
      const answer = await served.ask(written(own, withText(`"a":${'['.repeat(2_000)}${']'.repeat(2_000)}`)));
      expect(answer.status).toBe(200);
      await refused(written(own, withText(`"a":${'['.repeat(2_000)}`)), 401, 'malformed');
    });

    it.each<[string, object]>([
      ['crit', { crit: ['unheard-of'], 'unheard-of': true }],
      ['b64: false', { crit: ['b64'], b64: false }],
      ['b64: false without crit', { b64: false }],
      ['jku', { jku: 'https://evil.example/keys.json' }],
      ['x5u', { x5u: 'https://evil.example/cert.pem' }],
      ['x5c', { x5c: ['AAAA'] }],
      ['cty', { cty: 'JWT' }],
      ['zip', { zip: 'DEF' }],
      ['another type', { typ: 'at+jwt' }],
      ['no key ID', { kid: undefined }],
      ['an empty key ID', { kid: '' }],
      ['a key ID that is no text', { kid: ['one'] }],
      ['a long key ID', { kid: 'k'.repeat(257) }],
    ])('%s in its header', (_name, more) => refused(written({ ...own, ...more }), 401, 'header'));

    it('a key of its own in its header', () => {
      const { issuer } = served;
      const header = { ...own, jwk: issuer.jwk('one', issuer.other) };
      return refused(issuer.token({ header, claims: claims(), sign: issuer.rs256(issuer.other) }), 401, 'header');
    });

    it.each(['two', '../one', '/etc/passwd', 'one\0', 'ONE', "one' OR '1'='1"])(
      'key %j, which the issuer does not have',
      (kid) => refused(written({ ...own, kid }), 401, 'unknown-key'),
    );
  });

  describe('a token that claims something else is refused', () => {
    it.each<[string, string, () => string]>([
      ['expired', 'expired', () => of({ iat: seconds() - 600, exp: seconds() - 31 })],
      ['without an end', 'claims', () => without('exp')],
      ['with an end as text', 'claims', () => of({ exp: String(seconds() + 3600) })],
      [
        'with an end that is infinite',
        'claims',
        () => {
          const { exp: _left, ...others } = claims();
          return written(own, `${JSON.stringify(others).slice(0, -1)},"exp":1e999}`);
        },
      ],
      ['with an end that is huge', 'claims', () => of({ exp: 9_007_199_254_740_991 })],
      ['with an end in a year', 'claims', () => of({ exp: seconds() + 365 * 86_400 })],
      ['with an end before its beginning', 'claims', () => of({ iat: seconds(), exp: seconds() - 1 })],
      ['with an end that is no whole number', 'claims', () => of({ exp: seconds() + 0.5 })],
      ['issued later', 'claims', () => of({ iat: seconds() + 31 })],
      ['issued never', 'claims', () => without('iat')],
      ['issued at no whole number', 'claims', () => of({ iat: seconds() - 0.5 })],
      ['of a pipeline with more behind it', 'claims', () => of({ pipelineUuid: `${OTHER}x` })],
      ['of a pipeline with more before it', 'claims', () => of({ pipelineUuid: `x${OTHER}` })],
      ['issued as text', 'claims', () => of({ iat: 'now' })],
      ['valid later', 'not-yet', () => of({ nbf: seconds() + 31 })],
      ['valid from a text on', 'claims', () => of({ nbf: 'now' })],
      ['from a foreign issuer', 'issuer', () => of({ iss: ISSUER.replace('acme', 'evil') })],
      ['from the issuer with a slash', 'issuer', () => of({ iss: `${ISSUER}/` })],
      ['from the issuer in capitals', 'issuer', () => of({ iss: ISSUER.replace('acme', 'Acme') })],
      ['from a host that ends so', 'issuer', () => of({ iss: ISSUER.replace('api.', 'evil-api.') })],
      ['from a host that begins so', 'issuer', () => of({ iss: ISSUER.replace('.org', '.org.evil.example') })],
      ['from several issuers', 'issuer', () => of({ iss: [ISSUER] })],
      ['from nobody', 'issuer', () => without('iss')],
      ['of a foreign workspace', 'workspace', () => of({ workspaceUuid: OTHER })],
      ['without a workspace', 'claims', () => without('workspaceUuid')],
      ['for another audience', 'audience', () => of({ aud: 'sts.amazonaws.com' })],
      ['for an audience that begins so', 'audience', () => of({ aud: `${AUDIENCE}0` })],
      ['for another audience too', 'audience', () => of({ aud: [AUDIENCE, 'https://evil.example'] })],
      ['for our audience twice', 'audience', () => of({ aud: [AUDIENCE, AUDIENCE] })],
      ['for an audience that is an object', 'audience', () => of({ aud: { 0: AUDIENCE } })],
      ['for nobody', 'audience', () => without('aud')],
      ['of a repository without braces', 'claims', () => of({ repositoryUuid: REPOSITORY.slice(1, -1) })],
      ['of a repository in capitals', 'claims', () => of({ repositoryUuid: REPOSITORY.toUpperCase() })],
      ['of an environment in capitals', 'claims', () => of({ deploymentEnvironmentUuid: ENVIRONMENT.toUpperCase() })],
      ['of a workspace in capitals', 'claims', () => of({ workspaceUuid: WORKSPACE.toUpperCase() })],
      ['of a repository and a line', 'claims', () => of({ repositoryUuid: `${REPOSITORY}\n` })],
      ['of repositories', 'claims', () => of({ repositoryUuid: [REPOSITORY] })],
      [
        'with the subject of another repository',
        'claims',
        () => of({ sub: `${OTHER}:${ENVIRONMENT}:${OTHER}`, stepUuid: OTHER }),
      ],
      [
        'with the subject of another environment',
        'claims',
        () => of({ sub: `${REPOSITORY}:${OTHER}:${OTHER}`, stepUuid: OTHER }),
      ],
      ['with the subject of no environment', 'claims', () => of({ sub: `${REPOSITORY}:${OTHER}`, stepUuid: OTHER })],
      ['with the subject of another step', 'claims', () => of({ stepUuid: OTHER })],
      ['without a subject', 'claims', () => without('sub')],
      ['with a branch that is no text', 'claims', () => of({ branchName: ['main'] })],
    ])('%s', (_name, reason, token) => refused(token(), 401, reason));
  });

  describe('a step that no rule means gets nothing, and the record says so', () => {
    it.each<[string, Record<string, unknown>]>([
      ['of another repository', { repositoryUuid: OTHER }],
      ['of another environment', { deploymentEnvironmentUuid: OTHER }],
      ['of no environment', { deploymentEnvironmentUuid: undefined }],
      ['of another branch', { branchName: 'develop' }],
      ['of a branch that begins so', { branchName: 'main-x' }],
      ['of a branch that ends so', { branchName: 'x/main' }],
      ['of a branch in capitals', { branchName: 'Main' }],
      ['of a branch with a line', { branchName: 'main\n' }],
      ['of a branch with a twin of a letter', { branchName: 'm\u0430in' }],
      ['of a branch with an invisible letter', { branchName: 'main\u200b' }],
      ['of a branch of two parts', { branchName: 'ma\u0131n' }],
      ['of no branch', { branchName: undefined }],
      ['of a branch that is null', { branchName: null }],
      ['of an empty branch', { branchName: '' }],
      ['of an environment that is null', { deploymentEnvironmentUuid: null }],
      ['of an empty environment', { deploymentEnvironmentUuid: '' }],
    ])('%s', async (_name, more) => {
      await refused(of(more), 403, 'no-rule');
      const events = await served.recorded();
      expect(events.at(-2)).toMatchObject({
        event: 'secrets-refused',
        outcome: 'blocked',
        reason: 'no-rule',
        function: expect.stringMatching(/^(provider|endpoint)$/),
      });
    });
  });

  describe('a token is used for its step', () => {
    const lasting = (work: () => Promise<void>, begun = served.now) => work().finally(() => served.rewind(begun));
    it('is decided again within seconds, and refused later', () =>
      lasting(async () => {
        const token = served.good();
        expect((await Promise.all([served.ask(token), served.ask(token)])).map(({ status }) => status)).toEqual([
          200, 200,
        ]);
        served.now += 30_000;
        expect((await served.ask(token)).status).toBe(200);
        served.now += 1_000;
        await refused(token, 403, 'used');
        expect((await served.recorded()).at(-2)).toMatchObject({ event: 'secrets-refused', reason: 'used' });
      }));

    it('reads and records nothing any more for whoever asks with it very often', () =>
      lasting(async () => {
        const token = served.good();
        // Another instance of a function begins a run of its own.
        const decisions = async () => (await served.recorded()).filter(({ event }) => event !== 'run-started').length;
        const before = await decisions();
        const statuses: number[] = [];
        for (let round = 0; round < 10; round++) {
          statuses.push(...(await Promise.all([1, 2, 3].map(async () => (await served.ask(token)).status))));
        }
        expect(statuses.filter((status) => status === 200)).toHaveLength(20);
        served.now += 31_000;
        await refused(token, 403, 'too-often');
        // One more is of the token that the provider still serves.
        expect(await decisions()).toBe(before + 21);
      }));

    it('is refused after its end and after its age', () =>
      lasting(async () => {
        const short = of({ exp: seconds() + 60 });
        const long = of({});
        served.now += 91_000;
        await refused(short, 401, 'expired');
        served.now += (15 * 60 + 31 - 91) * 1_000;
        await refused(long, 401, 'too-old');
      }));
  });

  describe('a request of another form gets nothing', () => {
    it('two Authorization headers, whichever is the good one', async () => {
      for (const [one, other] of [
        [served.good(), 'x'],
        ['x', served.good()],
        [served.good(), served.good()],
      ] as const) {
        const answer = await raw(
          served,
          `GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${auth(one)}${auth(other).toLowerCase()}\r\n`,
        );
        expect(answer).toMatch(/^HTTP\/1.1 401 /);
        expect(served.reason).toBe('two-tokens');
      }
      await stillServes();
    });

    it('two tokens in one header', async () => {
      const answer = await served.ask(`${served.good()}, Bearer ${served.good()}`);
      expect([answer.status, served.reason]).toEqual([401, comma]);
    });

    it('no Authorization header', async () => {
      expect((await fetch(`${served.url}/`)).status).toBe(401);
      expect(served.reason).toBe('no-token');
    });

    it('another scheme', async () => {
      const answer = await served.ask('', { headers: { authorization: `Basic ${served.good()}` } });
      expect([answer.status, served.reason]).toEqual([401, 'malformed']);
    });

    it('a token in the query or in the body', async () => {
      expect((await fetch(`${served.url}/?authorization=${served.good()}`)).status).toBe(404);
      expect((await fetch(`${served.url}/`, { method: 'POST', body: served.good() })).status).toBe(401);
      await stillServes();
    });

    it.each(['HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s', async (method) => {
      expect((await served.ask(served.good(), { method })).status).toBe(noSuchMethod);
      await stillServes();
    });

    it('another path', async () => {
      const headers = { authorization: served.good() };
      for (const path of ['/x', '//', '/..;/'])
        expect((await fetch(`${served.url}${path}`, { headers })).status).toBe(404);
    });
  });
}
