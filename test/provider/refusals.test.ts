import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import { importJWK } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { type HttpAnswer, httpAnswer } from '../../functions/provider/http-answer';
import { type ProviderProps, provide } from '../../functions/provider/provide';
import { Refusal, type RefusalReason } from '../../functions/provider/refusal';
import type { TokenTerms } from '../../functions/provider/token/verify-token';
import { AUDIENCE, HandmadeIssuer, ISSUER, OTHER, WORKSPACE } from './issuer';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const SECONDS = NOW / 1000;
const issuer = new HandmadeIssuer();
let terms: TokenTerms;

beforeAll(async () => {
  const key = await importJWK(issuer.jwk('one', issuer.key) as { kty: string }, 'RS256');
  if (key instanceof Uint8Array) throw new Error('it is a public key');
  terms = {
    issuer: ISSUER,
    audience: AUDIENCE,
    workspaceUuid: WORKSPACE,
    longestAge: 900,
    startedAt: NOW - 600_000,
    key: async (keyId) => {
      if (keyId !== 'one') throw new Refusal('unknown-key');
      return key;
    },
  };
});

const good = (more: object = {}) => issuer.token({ claims: { ...issuer.claims(NOW), ...more } });
const headed = (more: object) =>
  issuer.token({ header: { alg: 'RS256', kid: 'one', ...more }, claims: issuer.claims(NOW) });

const REFUSED: readonly (readonly [RefusalReason, readonly string[]])[] = [
  ['no-token', []],
  ['two-tokens', [good(), good()]],
  ['too-long', ['x'.repeat(8_193)]],
  ['malformed', ['x']],
  ['header', [headed({ jku: 'https://evil.example' })]],
  ['algorithm', [headed({ alg: 'none' })]],
  ['unknown-key', [headed({ kid: 'two' })]],
  ['signature', [issuer.token({ claims: issuer.claims(NOW), sign: issuer.rs256(issuer.other) })]],
  ['issuer', [good({ iss: `${ISSUER}/` })]],
  ['audience', [good({ aud: 'sts.amazonaws.com' })]],
  ['expired', [good({ iat: SECONDS - 60, exp: SECONDS - 31 })]],
  ['not-yet', [good({ nbf: SECONDS + 31 })]],
  ['too-old', [good({ iat: SECONDS - 931 })]],
  ['before-start', [good({ iat: SECONDS - 631 })]],
  ['claims', [good({ sub: 'x' })]],
  ['workspace', [good({ workspaceUuid: OTHER })]],
];

/** What is answered, why, which ports were asked, and the kinds of asynchronous work that were begun, in node's names. */
async function answered(authorization: readonly string[]) {
  const asked: string[] = [];
  const reasons: unknown[] = [];
  const kinds = new Set<string>();
  const ask = (port: string) => () => {
    asked.push(port);
    return Promise.reject(new Error(port));
  };
  const props: ProviderProps = {
    terms,
    rules: [],
    read: ask('read'),
    describe: ask('describe'),
    identify: ask('identify'),
    takeRole: ask('takeRole'),
    used: { use: ask('use') },
    record: { write: ask('write') },
    inTime: (deciding) => deciding,
    time: { now: () => new Date(NOW) },
    log: { info: () => {}, error: () => {}, warn: (_message, facts) => void reasons.push(facts?.reason) },
  };
  const own = new AsyncLocalStorage<true>();
  const hook = createHook({
    init: (_id, kind) => {
      if (own.getStore()) kinds.add(kind);
    },
  }).enable();
  let answer: HttpAnswer;
  try {
    const request = { method: 'GET', target: '/', authorization };
    answer = await own.run(true, () => httpAnswer(request, (headers) => provide(headers, props)));
  } finally {
    hook.disable();
  }
  return { answer, asked, reasons, kinds: [...kinds] };
}

describe('whoever proves nothing', () => {
  it.each(REFUSED)(
    'is answered at once for the reason %s: no timer, no connection, no file, and nobody is asked',
    async (reason, authorization) => {
      const { answer, asked, reasons, kinds } = await answered(authorization);
      expect(reasons).toEqual([reason]);
      expect(asked).toEqual([]);
      // Of its own time there is only the check of a signature, by the same key for all.
      expect(['PROMISE', 'SIGNREQUEST', 'TickObject', 'Microtask']).toEqual(expect.arrayContaining(kinds));
      expect(answer).toEqual({
        status: 401,
        headers: {
          'cache-control': 'no-store',
          'content-type': 'application/json',
          'x-content-type-options': 'nosniff',
        },
        body: '{"error":"refused"}',
      });
    },
  );

  it('would be seen to wait, whatever for', async () => {
    const { key } = terms;
    const { setTimeout: sleep } = await import('node:timers/promises');
    try {
      terms = { ...terms, key: (keyId) => sleep(1).then(() => key(keyId)) };
      expect(
        (await answered([issuer.token({ claims: issuer.claims(NOW), sign: issuer.rs256(issuer.other) })])).kinds,
      ).toContain('Timeout');
    } finally {
      terms = { ...terms, key };
    }
  });
});
