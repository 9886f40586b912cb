import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { KeyturnError } from '../../../functions/core/errors';
import { openTargets } from '../../../functions/hosts/register';
import { Clock } from '../../../local/clock';
import { json, startHost } from '../http/scripted-host';
import {
  connectionTo,
  credentialOf,
  failureOf,
  production,
  repositoryTarget,
  SECRET,
  START,
  STORED,
  secretsOf,
  TOKEN,
  timeOf,
} from './bitbucket-world';

const CLIENT_SECRET = 'canary-oauth-secret-5eed';
const CANARIES = [
  TOKEN,
  SECRET,
  CLIENT_SECRET,
  'canary',
  Buffer.from(`ci@example.com:${TOKEN}`).toString('base64'),
  Buffer.from(`consumer:${CLIENT_SECRET}`).toString('base64'),
  'Bearer',
  'Basic',
];

/** Everything that a logger, a reporter or a debugger could make of a value. */
function everyForm(value: unknown): string {
  const parts = [
    String(value),
    JSON.stringify(value),
    inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true }),
  ];
  if (value instanceof Error) parts.push(value.message, value.stack ?? '', everyForm({ ...value, cause: value.cause }));
  return parts.join('\n');
}

function expectClean(value: unknown): void {
  const forms = everyForm(value);
  for (const canary of CANARIES) expect(forms).not.toContain(canary);
}

const connectionSecrets = [
  ['access token', { accessToken: TOKEN }],
  ['API token', { email: 'ci@example.com', apiToken: TOKEN }],
  ['OAuth consumer', { clientId: 'consumer', clientSecret: CLIENT_SECRET }],
] as const;

function openAt(url: string, secret: object) {
  const time = timeOf(new Clock(START));
  const targets = openTargets({ connectionSecrets: secretsOf(secret), time, random: () => 0, timeout: 50 });
  return { targets, connection: connectionTo(`${url}/2.0`) };
}

/** A host that works, except that the chosen step quotes the whole request back with the given status. */
function echo(step: 'read' | 'write' | 'token', status: number): Promise<string> {
  return startHost((request, response, body) => {
    const kind = request.url?.endsWith('access_token') ? 'token' : request.method === 'GET' ? 'read' : 'write';
    if (kind !== step) {
      if (kind === 'token') return json(response, 200, { access_token: TOKEN, expires_in: 3600 });
      return json(response, 200, kind === 'read' ? { values: [] } : { uuid: '{1}', key: 'X', secured: true });
    }
    if (status === 0) return void request.socket.destroy();
    if (status === 1) return undefined;
    const heard = { authorization: request.headers.authorization, body, token: TOKEN, secret: SECRET };
    return json(
      response,
      status,
      { type: 'error', error: { message: JSON.stringify(heard), detail: heard } },
      {
        location: `http://127.0.0.1:1/${TOKEN}`,
        'x-echo': JSON.stringify(heard),
      },
    );
  });
}

describe('no error holds a token or a secret (K6)', () => {
  const statuses = [0, 1, 200, 302, 400, 401, 403, 404, 409, 422, 429, 500, 503];
  const codes = new Set<KeyturnError['code']>();

  for (const [kind, secret] of connectionSecrets) {
    for (const step of ['read', 'write', 'token'] as const) {
      if (step === 'token' && kind !== 'OAuth consumer') continue;
      it.each(statuses)(
        `with an ${kind}, when the ${step} is answered with %i and a copy of the request`,
        async (status) => {
          const { targets, connection } = openAt(await echo(step, status), secret);
          const delivering = targets
            .open(repositoryTarget, connection)
            .then((target) => target.deliver(credentialOf(), STORED));
          const error = await failureOf(delivering);

          expectClean(error);
          expect(error.cause).toBeUndefined();
          codes.add(error.code);
        },
      );
    }
  }

  it('when the read-back differs', async () => {
    const url = await startHost(({ method }, response, body) => {
      const variable = { uuid: '{1}', key: 'AWS_ACCESS_KEY_ID', value: SECRET, secured: false };
      json(response, 200, method === 'GET' ? { values: [variable] } : { ...JSON.parse(body), uuid: '{1}' });
    });
    const { targets, connection } = openAt(url, { accessToken: TOKEN });
    const error = await failureOf((await targets.open(repositoryTarget, connection)).deliver(credentialOf(), STORED));

    expect(error.code).toBe('read-back-differs');
    expectClean(error);
  });

  it('when nothing listens, and when the environment is missing', async () => {
    const down = openAt('http://127.0.0.1:1', { accessToken: TOKEN });
    expectClean(
      await failureOf((await down.targets.open(production, down.connection)).deliver(credentialOf(), STORED)),
    );
    const url = await startHost((_request, response) => json(response, 200, { values: [] }));
    const up = openAt(url, { accessToken: TOKEN });
    const error = await failureOf((await up.targets.open(production, up.connection)).deliver(credentialOf(), STORED));
    expect(error.code).toBe('environment-not-found');
    expectClean(error);
  });

  it('nor does a target, before and after a delivery', async () => {
    const variables = new Map<string, object>();
    const url = await startHost(({ method }, response, body) => {
      if (method === 'GET') return json(response, 200, { values: [...variables.values()] });
      const { value, ...shown } = JSON.parse(body);
      const variable = { uuid: `{${shown.key}}`, ...shown, ...(shown.secured ? {} : { value }) };
      variables.set(shown.key, variable);
      return json(response, 201, variable);
    });
    const { targets, connection } = openAt(url, { accessToken: TOKEN });
    const target = await targets.open(repositoryTarget, connection);
    expectClean(target);
    const receipt = await target.deliver(credentialOf(), STORED);
    expectClean([target, targets, receipt]);
  });

  it('and every class of failure was among them', () => {
    const expected: KeyturnError['code'][] = [
      'token-rejected',
      'scope-missing',
      'repository-not-found',
      'rate-limited',
      'host-down',
      'host-answer-invalid',
      'host-rejected',
    ];
    expect([...codes].sort()).toEqual(expected.sort());
  });
});
