import type { ServerResponse } from 'node:http';
import * as fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { KeyturnError } from '../../functions/core/errors';
import { openTargets } from '../../functions/hosts/register';
import { Clock } from '../../local/clock';
import {
  connectionTo,
  credentialOf,
  production,
  repositoryTarget,
  SECRET,
  START,
  STORED,
  secretsOf,
  TOKEN,
  timeOf,
} from '../hosts/bitbucket/bitbucket-world';
import { startHost } from '../hosts/http/scripted-host';
import { anyJson, anyText, deepJson, isPrototypeClean, mutated } from './hostile';

const CLIENT_SECRET = 'canary-oauth-secret-5eed';

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes after which the connection is cut. */
  readonly cutAfter: number | undefined;
}

const PAGE = {
  values: [
    { uuid: '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}', name: 'Production', key: 'AWS_ACCESS_KEY_ID', secured: false },
    { uuid: '{8b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}', name: 'Staging', key: 'AWS_SECRET_ACCESS_KEY', secured: true },
  ],
  next: undefined,
};
const VARIABLE = { uuid: '{1}', key: 'AWS_ACCESS_KEY_ID', value: 'x', secured: false };
const GRANT = { access_token: 'granted-token-abcdef', expires_in: 3600, token_type: 'bearer' };

const bodies = fc.oneof(
  anyJson.map((value) => JSON.stringify(value) ?? ''),
  ...[PAGE, VARIABLE, GRANT, { ...PAGE, next: 'http://127.0.0.1:1/2.0/next' }].map((valid) =>
    mutated(valid).map((value) => JSON.stringify(value) ?? ''),
  ),
  anyText,
  fc.constantFrom(deepJson(20_000), '<html>Sign in</html>', `{"values":[${'{},'.repeat(50_000)}{}]}`),
);
const answers: fc.Arbitrary<Answer> = fc.record({
  status: fc.constantFrom(200, 200, 200, 201, 204, 301, 400, 401, 403, 404, 409, 429, 500, 503),
  body: bodies,
  headers: fc.constantFrom<Record<string, string>>(
    {},
    { 'content-type': 'text/html' },
    { 'retry-after': 'soon' },
    { 'retry-after': '99999999999999999999' },
    { 'retry-after': '-1' },
    { 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' },
    { 'content-encoding': 'gzip' },
    { 'content-length': '5' },
    { location: `http://127.0.0.1:1/${TOKEN}` },
  ),
  cutAfter: fc.option(fc.nat(40), { nil: undefined, freq: 6 }),
});

let script: readonly Answer[] = [];
let asked = 0;

function reply(response: ServerResponse): void {
  const answer = script[asked % script.length];
  asked += 1;
  if (answer === undefined) return;
  const { status, body, headers, cutAfter } = answer;
  // Headers that do not fit their body are what a broken host sends: past Node's own checks.
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = headers['content-length'] === undefined ? `content-length: ${Buffer.byteLength(body)}\r\n` : '';
  const text = `HTTP/1.1 ${status} X\r\n${head.join('')}${length}connection: close\r\n\r\n${body}`;
  const { socket } = response;
  socket?.end(cutAfter === undefined ? text : text.slice(0, cutAfter));
}

afterEach(() => expect(isPrototypeClean()).toBe(true));

it('whatever a CI host answers, a delivery ends with a receipt or a typed error that holds no secret (K6, K11)', async () => {
  const url = await startHost((_request, response) => reply(response));
  const delivered = { yes: 0, no: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(answers, { minLength: 1, maxLength: 6 }),
      fc.constantFrom(production, repositoryTarget),
      fc.constantFrom<object>({ accessToken: TOKEN }, { clientId: 'consumer', clientSecret: CLIENT_SECRET }),
      async (answered, target, secret) => {
        script = answered;
        asked = 0;
        const time = timeOf(new Clock(START));
        const targets = openTargets({ connectionSecrets: secretsOf(secret), time, random: () => 0.5, timeout: 1_000 });
        try {
          const opened = await targets.open(target, connectionTo(`${url}/2.0`));
          const receipt = await opened.deliver(credentialOf(), STORED);
          delivered.yes += 1;
          expect(Number.isFinite(receipt.tornFor)).toBe(true);
        } catch (thrown) {
          delivered.no += 1;
          expect(thrown).toBeInstanceOf(KeyturnError);
          expect(thrown).not.toMatchObject({ code: 'unexpected' });
          for (const canary of [TOKEN, SECRET, CLIENT_SECRET, GRANT.access_token]) {
            expect(JSON.stringify([String(thrown), thrown])).not.toContain(canary);
          }
        }
        // Nobody is asked for ever: retries and pages have an end.
        expect(asked).toBeLessThan(1_000);
      },
    ),
    { numRuns: 150 },
  );
  expect(delivered.no).toBeGreaterThan(50);
}, 60_000);
