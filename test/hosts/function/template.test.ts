import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { handler } from '../../../docs/examples/function-host/handler';
import { Account } from '../../../local/account/account';
import { type AccountServer, type AwsFault, startAccountServer } from '../../../local/account/wire/server';
import { Clock } from '../../../local/clock';

const PARAMETER = '/ci/release-signer';
const MINUTE = 60_000;

describe('the function to copy', () => {
  const account = new Account({ clock: new Clock(Date.now()) });
  let server: AccountServer;
  let fault: AwsFault | undefined;
  let faulty = 'PutParameter';
  const called: string[] = [];
  let secret = { ARN: '', VersionId: '' };

  const admin = () => account.authenticate(account.rootSession(), 'ssm');
  const deliver = (more: { notAfter?: string; parameter?: string } = {}) =>
    handler({
      schema: 'keyturn.delivery/v1',
      managedKey: 'release-signer',
      secretArn: secret.ARN,
      versionId: secret.VersionId,
      accessKeyId: 'AKIAEXAMPLEEXAMPLE01',
      target: { parameter: more.parameter ?? PARAMETER },
      notAfter: more.notAfter ?? new Date(Date.now() + MINUTE).toISOString(),
    });

  beforeAll(async () => {
    server = await startAccountServer({
      account,
      onCall: ({ action }) => called.push(action),
      fault: ({ action }) => (action === faulty ? fault : undefined),
    });
    const { accessKeyId, secretAccessKey, sessionToken } = account.rootSession();
    vi.stubEnv('AWS_ENDPOINT_URL', server.url);
    vi.stubEnv('AWS_REGION', account.region);
    vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
    vi.stubEnv('AWS_SESSION_TOKEN', sessionToken);
    vi.stubEnv('PLACES', `/ci/other, ${PARAMETER}`);
    vi.spyOn(console, 'error').mockReturnValue();
    const value = JSON.stringify({ accessKeyId: 'AKIAEXAMPLEEXAMPLE01', secretAccessKey: 'canary' });
    const created = account.invoke(admin(), 'secretsmanager', 'CreateSecret', { Name: 'shop', SecretString: value });
    secret = { ...secret, ...created };
  });

  beforeEach(() => {
    called.length = 0;
    fault = undefined;
    faulty = 'PutParameter';
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    await server.close();
  });

  it('writes where it is told to, while it may', async () => {
    expect(await deliver()).toMatchObject({ receipt: { wrote: [`updated ${PARAMETER}`] } });
    expect(called).toEqual(['GetSecretValue', 'PutParameter']);
  });

  it.each([
    ['a second too late', () => new Date(Date.now() - 1_000).toISOString()],
    ['at no time that it understands', () => 'soon'],
  ])('K1: does not write %s', async (_when, notAfter) => {
    expect(await deliver({ notAfter: notAfter() })).toMatchObject({ error: { code: 'host-down' } });
    expect(called).toEqual(['GetSecretValue']);
  });

  it('K1: gives up a write that would end too late', async () => {
    fault = { kind: 'delay', milliseconds: 1_500 };
    const notAfter = new Date(Date.now() + 1_000).toISOString();
    expect(await deliver({ notAfter })).toMatchObject({ error: { code: 'host-down' } });
  });

  it('reads nothing for a place that it was not deployed for', async () => {
    expect(await deliver({ parameter: '/ci/somebody-else' })).toMatchObject({ error: { code: 'host-rejected' } });
    expect(called).toEqual([]);
  });

  it.each([
    ['PutParameter', 400, 'AccessDeniedException', 'scope-missing'],
    ['GetSecretValue', 400, 'AccessDeniedException', 'scope-missing'],
    ['PutParameter', 400, 'ValidationException', 'host-rejected'],
    ['PutParameter', 400, 'ThrottlingException', 'rate-limited'],
    ['PutParameter', 500, 'InternalServerError', 'host-down'],
  ])(
    'K11: says what stops it, and host-down only where the place is down: %s %d %s',
    async (at, status, name, code) => {
      faulty = at;
      fault = { kind: 'error', status, code: name };
      expect(await deliver()).toMatchObject({ error: { code } });
    },
  );
});
