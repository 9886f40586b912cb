import { importJWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { formless, readToken, tokenIn } from '../../functions/provider/token/read-token';
import { strictObject } from '../../functions/provider/token/strict-json';
import { type TokenTerms, verifyToken } from '../../functions/provider/token/verify-token';
import { AUDIENCE, HandmadeIssuer, ISSUER, WORKSPACE } from './issuer';

/** The edges of what a token may be, to the character and the second; what attackers send over HTTP is in hostile.test.ts. */

describe('JSON that every parser reads alike', () => {
  const read = (text: string | Uint8Array) =>
    strictObject(typeof text === 'string' ? new TextEncoder().encode(text) : text);

  it.each([
    '{}',
    '{"a":1}',
    '{"a":{"x":1},"b":{"x":1},"x":1}',
    '{"a":[{"x":1},{"x":2}],"x":3}',
    '{"a":[[1],["x",":"]],"x":{"a":1}}',
    '{"a":"{\\"a\\":1}","b":"\\":\\""}',
    ' { "a" : [ ] , "b" : { } } ',
  ])('is %s', (text) => expect(read(text)).toEqual(JSON.parse(text)));

  it.each([
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":1}',
    '{"b":{"a":1,"a":2}}',
    '{"a":{"b":1},"a":2}',
    '{"a":[1,{"b":2}],"a":2}',
    '{"b":[{"a":1,"a":2}]}',
    '{"b":{"c":1},"x":{"d":1,"d":1}}',
    '{"__proto__":1}',
    '{"a":{"__proto__":1}}',
    '{"a":[{"\\u005f_proto__":1}]}',
    'null',
    '[]',
    '[{"a":1}]',
    '"a"',
    '5',
    '',
    '{',
    '\ufeff{"a":1}',
  ])('is not %s', (text) => expect(read(text)).toBeUndefined());

  it('is not what is no UTF-8', () => {
    expect(read(new Uint8Array([...new TextEncoder().encode('{"a":"'), 0xff, 0x22, 0x7d]))).toBeUndefined();
  });
});

describe('the token of a request', () => {
  it.each<[readonly string[], string]>([
    [['Bearer abc'], 'abc'],
    [['BEARER abc'], 'abc'],
    [['abc'], 'abc'],
    [['abc Bearer '], 'abc Bearer '],
    [['Bearer Bearer abc'], 'Bearer abc'],
    [['a'.repeat(8_192)], 'a'.repeat(8_192)],
  ])('%#', (headers, token) => expect(tokenIn(headers)).toBe(token));

  it.each<[readonly string[], string]>([
    [[], 'no-token'],
    [[''], 'no-token'],
    [['a', 'b'], 'two-tokens'],
    [['a'.repeat(8_193)], 'too-long'],
  ])('is none, %#: %s', (headers, reason) => expect(() => tokenIn(headers)).toThrow(reason));
});

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const header = (more: object = {}) => part({ alg: 'RS256', kid: 'one', ...more });

describe('the compact form', () => {
  it('is read into what is signed, and by whom', () => {
    const [head, body] = [header({ typ: 'JWT' }), part({ a: 1 })];
    const text = `${head}.${body}.AAAA`;
    expect(readToken(text)).toEqual({ text, keyId: 'one', signed: `${head}.${body}`, claims: { a: 1 } });
    expect(readToken(`${header({ kid: 'k'.repeat(256) })}.${body}.AAAA`).keyId).toHaveLength(256);
  });

  it.each<[string, string]>([
    [`${header()}.${part({})}`, 'malformed'],
    [`${header()}.${part({})}.AAAA.AAAA`, 'malformed'],
    [`.${part({})}.AAAA`, 'malformed'],
    [`${header()}..AAAA`, 'malformed'],
    [`${header()}.${part({})}.`, 'malformed'],
    [`${header()}.${part({})}.AAAB=`, 'malformed'],
    [`${header()}.${part([])}.AAAA`, 'malformed'],
    [`${part('text')}.${part({})}.AAAA`, 'malformed'],
    [`${header({ kid: 'k'.repeat(257) })}.${part({})}.AAAA`, 'header'],
    [`${header({ kid: '' })}.${part({})}.AAAA`, 'header'],
    [`${header({ kid: 1 })}.${part({})}.AAAA`, 'header'],
    [`${header({ alg: undefined })}.${part({})}.AAAA`, 'algorithm'],
    [`${header({ alg: 'rs256' })}.${part({})}.AAAA`, 'algorithm'],
    [`${header({ typ: 'at+jwt' })}.${part({})}.AAAA`, 'header'],
    [`${header({ jku: null })}.${part({})}.AAAA`, 'header'],
  ])('%#: %s', (text, reason) => expect(() => readToken(text)).toThrow(reason));
});

describe('a request that opens nothing', () => {
  it.each<[readonly string[], string | undefined]>([
    [[], 'no-token'],
    [['a', 'b'], 'two-tokens'],
    [['a.b.c'], 'malformed'],
    [[`Bearer ${header({ kid: '' })}.${part({})}.AAAA`], 'header'],
    [[`Bearer ${header({ kid: 'x' })}.${part({})}.AAAA`], undefined],
  ])('%j: %s', (headers, reason) => expect(formless(headers)).toBe(reason));
});

describe('a proved token', () => {
  const issuer = new HandmadeIssuer();
  const NOW = Date.parse('2026-06-01T12:00:00Z');
  const SECOND = 1_000;

  async function verified(claims: object, { terms = {}, at = NOW }: { terms?: Partial<TokenTerms>; at?: number } = {}) {
    const token = issuer.token({ claims: { ...issuer.claims(NOW), ...claims } });
    const key = await importJWK(issuer.jwk('one', issuer.key) as { kty: string }, 'RS256');
    if (key instanceof Uint8Array) throw new Error('it is a public key');
    const all = {
      issuer: ISSUER,
      audience: AUDIENCE,
      workspaceUuid: WORKSPACE,
      longestAge: 900,
      startedAt: 0,
      key: async () => key,
      ...terms,
    };
    return verifyToken(token, all, new Date(at));
  }
  const iat = NOW / SECOND;

  it.each([
    ['after its age', {}, 900],
    ['after its own end', { exp: iat + 60 }, 60],
  ])('is remembered until no clock takes it any more, %s', async (_what, claims, taken) => {
    const { endsAt } = await verified(claims);
    expect(endsAt).toBe(NOW + (taken + 30 + 1) * SECOND);
    await expect(verified(claims, { at: endsAt - 2 * SECOND })).resolves.toHaveProperty('endsAt', endsAt);
    await expect(verified(claims, { at: endsAt })).rejects.toThrow(/expired|too-old/);
  });

  it.each<[string, object, string | undefined]>([
    ['no end', { exp: undefined }, 'claims'],
    ['an end with its beginning', { exp: iat }, 'claims'],
    ['an end a second later', { exp: iat + 1 }, undefined],
    ['a life of a day', { exp: iat + 86_400 }, undefined],
    ['a longer life', { exp: iat + 86_401 }, 'claims'],
    ['a subject of no form', { sub: 'anything' }, 'claims'],
  ])('with %s', async (_what, claims, reason) => {
    if (reason === undefined) await expect(verified(claims)).resolves.toBeDefined();
    else await expect(verified(claims)).rejects.toThrow(reason);
  });

  it.each(['branchName', 'pipelineUuid', 'deploymentEnvironmentUuid'])(
    'is one without %s, where that is null or empty',
    async (claim) => {
      const of = async (said: unknown) => {
        const { environment, branch, pipeline } = await verified(issuer.claims(NOW, { [claim]: said }));
        return { environment, branch, pipeline };
      };
      const absent = await of(undefined);
      for (const nothing of [null, '']) expect(await of(nothing)).toEqual(absent);
      for (const odd of [false, 0, [], {}, ' ']) {
        if (claim === 'branchName' && odd === ' ') continue;
        await expect(of(odd)).rejects.toThrow('claims');
      }
    },
  );

  it.each([null, ''])('is none where its environment is %j and its subject names one', async (said) => {
    const { sub } = issuer.claims(NOW);
    expect(String(sub).split(':')).toHaveLength(3);
    await expect(verified({ sub, deploymentEnvironmentUuid: said })).rejects.toThrow('claims');
  });

  it.each(['sub', 'iat', 'exp', 'nbf', 'workspaceUuid', 'repositoryUuid', 'stepUuid'])(
    'is none where its %s is null or empty',
    async (claim) => {
      for (const nothing of [null, '']) await expect(verified({ [claim]: nothing })).rejects.toThrow('claims');
    },
  );

  it('is taken from half a minute after the provider began: one from before may have been used, whatever the clocks say', async () => {
    await expect(verified({}, { terms: { startedAt: NOW - 30 * SECOND } })).resolves.toBeDefined();
    await expect(verified({}, { terms: { startedAt: NOW - 30 * SECOND + 1 } })).rejects.toThrow('before-start');
  });
});
