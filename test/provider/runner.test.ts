import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AUDIENCE, OTHER } from './issuer';
import { ServedProvider } from './served';

let served: ServedProvider;
beforeAll(async () => {
  served = new ServedProvider();
  served.audience = 'acme-secrets';
  await served.start();
});
afterAll(() => served.close());
afterEach(() => {
  served.fault = undefined;
});

/** Starts a step that needs nothing from the provider, on a runner that has its address. */
const step = (token: string, refusal: 'fails' | 'goes-on') => {
  const env = {
    PATH: process.env.PATH,
    SECRET_PROVIDER_URI: served.url,
    BITBUCKET_STEP_OIDC_TOKEN: token,
    ON_REFUSAL: refusal,
  };
  // Neither with a key nor with what the refusal says.
  const command = ['sh', '-c', 'test -z "$AWS_ACCESS_KEY_ID$error" && echo ran'];
  const args = [resolve(__dirname, 'runner.mjs'), 'GET', 'Bearer ', ...command];
  return new Promise((done) => {
    execFile(process.execPath, args, { env }, (error, out) => done({ out, exitCode: error?.code ?? 0 }));
  });
};

describe('a step that takes a role alone asks too where its runner has the address, and is refused', () => {
  it.each<[number, string, () => string]>([
    [401, 'for its audience', () => served.good({ aud: AUDIENCE })],
    [403, 'as no rule names it', () => served.good({ repositoryUuid: OTHER })],
    [
      503,
      'as nobody could decide',
      () => {
        served.fault = ({ action }) =>
          action === 'PutLogEvents' ? { kind: 'error', code: 'ServiceUnavailableException', status: 503 } : undefined;
        return served.good({ repositoryUuid: OTHER });
      },
    ],
  ])('with %s, %s: it fails, or goes on with nothing, as the runner does', async (status, _why, token) => {
    expect((await served.ask(token())).status).toBe(status);
    expect(await step(token(), 'fails')).toEqual({ out: '', exitCode: 1 });
    expect(await step(token(), 'goes-on')).toEqual({ out: 'ran\n', exitCode: 0 });
  });
});
