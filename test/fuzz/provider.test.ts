import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDIENCE, ENVIRONMENT, ISSUER, REPOSITORY, WORKSPACE } from '../provider/issuer';
import { ServedProvider } from '../provider/served';
import { anyText, damaged, isPrototypeClean, mutated } from './hostile';

let served: ServedProvider;
beforeAll(async () => {
  served = await new ServedProvider().start();
});
afterAll(() => served.close());

const HEADER = { typ: 'JWT', alg: 'RS256', kid: 'one' };

/** Too much for a header is refused before anybody reads it, with an answer or without. */
const ANSWERS = [200, 401, 403, 431, undefined];

/** What the one rule means, of a step of now. */
function isMeant(claims: unknown): boolean {
  const { iss, aud, workspaceUuid, repositoryUuid, deploymentEnvironmentUuid, branchName, ...times } = Object(claims);
  const { iat, exp, nbf = 0 } = times as Record<string, number>;
  const now = served.now / 1000;
  return (
    JSON.stringify([iss, [aud].flat(), workspaceUuid, repositoryUuid, deploymentEnvironmentUuid, branchName]) ===
      JSON.stringify([ISSUER, [AUDIENCE], WORKSPACE, REPOSITORY, ENVIRONMENT, 'main']) &&
    Math.abs(now - Number(iat)) <= 930 &&
    now < Number(exp) + 30 &&
    now >= nbf - 30
  );
}

const statusOf = async (authorization: string) =>
  (await fetch(`${served.url}/`, { headers: { authorization } }).catch(() => undefined))?.status;

describe('a provider', () => {
  it('gives nothing for claims that no rule means, though the issuer has signed them, and goes on', async () => {
    const given: number[] = [];
    await fc.assert(
      fc.asyncProperty(mutated(served.issuer.claims(served.now)), async (claims) => {
        const status = await statusOf(served.issuer.token({ header: HEADER, claims }));
        expect(ANSWERS).toContain(status);
        if (status === 200) expect(isMeant(claims)).toBe(true);
        given.push(status ?? 0);
      }),
      { numRuns: 1_500 },
    );
    expect(new Set(given).size).toBeGreaterThan(1);
  });

  it('gives nothing for another header, or a token that is damaged', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          mutated(HEADER).map((header) => ({
            header,
            token: served.issuer.token({ header, claims: served.issuer.claims(served.now) }),
          })),
          damaged(served.good()).map((token) => ({ header: undefined, token })),
          anyText.map((token) => ({ header: undefined, token })),
        ),
        async ({ header, token }) => {
          // Of what no header can hold there is no request.
          if (/[^\x21-\x7e]/.test(token)) return;
          const status = await statusOf(token);
          expect(ANSWERS).toContain(status);
          if (status !== 200 || header === undefined) return;
          expect(header).toMatchObject({ alg: 'RS256', kid: 'one' });
        },
      ),
      { numRuns: 1_500 },
    );
    expect(isPrototypeClean()).toBe(true);
    expect((await served.ask(served.good())).status).toBe(200);
  });
});
