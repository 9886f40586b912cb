import { describe, expect, test } from 'vitest';
import type { VariableWrite } from '../../../hosts/bitbucket/bitbucket';
import { acme, hour, refusalOf, start } from './acme';

const repository = { workspace: 'acme', repository: 'web-shop' };
const workspace = { workspace: 'acme' };

describe('The runner of a pipeline step', () => {
  test('gets workspace, repository and deployment variables, secured ones too, and the narrower wins', () => {
    const { bitbucket, places, environment } = acme();
    for (const level of ['workspace', 'repository', 'deployment'] as const) {
      bitbucket.createVariable(places[level], { key: 'WHERE', value: level, secured: true });
      bitbucket.createVariable(places[level], { key: `ONLY_${level}`, value: level });
    }
    const outside = { WHERE: 'repository', ONLY_workspace: 'workspace', ONLY_repository: 'repository' };
    const deploying = { ...outside, WHERE: 'deployment', ONLY_deployment: 'deployment' };

    expect(bitbucket.pipelineVariables('acme', 'web-shop')).toEqual(outside);
    expect(bitbucket.pipelineVariables('acme', 'web-shop', 'Production')).toEqual(deploying);
    expect(bitbucket.pipelineVariables('acme', 'web-shop', environment)).toEqual(deploying);
    expect(refusalOf(() => bitbucket.pipelineVariables('acme', 'web-shop', 'Nowhere')).status).toBe(404);
  });
});

describe('Environments', () => {
  test('keep UUID and variables when they are renamed, and lose both when they are removed', () => {
    const { bitbucket, environment, places } = acme();
    bitbucket.addEnvironment('acme', 'web-shop', 'Pre Prod', 'Staging');
    bitbucket.createVariable(places.deployment, { key: 'A', value: '1' });

    bitbucket.renameEnvironment('acme', 'web-shop', 'Production', 'Live');

    expect(bitbucket.environments(repository)).toMatchObject([
      { type: 'deployment_environment', uuid: environment, name: 'Live', slug: 'live', rank: 0 },
      { name: 'Pre Prod', slug: 'pre-prod', rank: 1, environment_type: { name: 'Staging' } },
    ]);
    expect(bitbucket.environment(repository, environment)).toMatchObject({ name: 'Live' });
    expect(bitbucket.variables(places.deployment)).toHaveLength(1);

    bitbucket.removeEnvironment('acme', 'web-shop', environment);
    expect(refusalOf(() => bitbucket.variables(places.deployment)).status).toBe(404);
    expect(bitbucket.environments(repository)).toHaveLength(1);
  });

  test('have names of their own within a repository', () => {
    const { bitbucket } = acme();
    expect(() => bitbucket.addEnvironment('acme', 'web-shop', 'Production')).toThrow('already has the environment');
  });
});

describe('A listener', () => {
  test('hears when and where each variable changed, and never its value', () => {
    const { bitbucket, places, clock } = acme();
    const writes: VariableWrite[] = [];
    bitbucket.onWrite((write) => writes.push(write));

    const { uuid } = bitbucket.createVariable(places.deployment, { key: 'A', value: 'hush', secured: true });
    clock.advanceBy(50);
    bitbucket.updateVariable(places.deployment, uuid, { value: 'hush2' });
    bitbucket.createVariable(places.repository, { key: 'B', value: 'hush' });
    bitbucket.createVariable(places.workspace, { key: 'C', value: 'hush' });
    clock.advanceBy(50);
    bitbucket.removeVariable(places.deployment, uuid);
    refusalOf(() => bitbucket.createVariable(places.repository, { key: 'B', value: 'hush' }));

    const scope = 'acme/web-shop/Production';
    expect(writes).toEqual([
      { at: start, askedAt: start, level: 'deployment', scope, key: 'A', method: 'POST' },
      { at: start + 50, askedAt: start + 50, level: 'deployment', scope, key: 'A', method: 'PUT' },
      { at: start + 50, askedAt: start + 50, level: 'repository', scope: 'acme/web-shop', key: 'B', method: 'POST' },
      { at: start + 50, askedAt: start + 50, level: 'workspace', scope: 'acme', key: 'C', method: 'POST' },
      { at: start + 100, askedAt: start + 100, level: 'deployment', scope, key: 'A', method: 'DELETE' },
    ]);
  });
});

describe('A credential', () => {
  const scopeTable = [
    { family: 'access token', scopes: ['pipeline'], read: true, write: false },
    { family: 'access token', scopes: ['pipeline:variable'], read: true, write: true },
    { family: 'access token', scopes: ['pipeline:write'], read: true, write: false },
    { family: 'access token', scopes: ['repository:admin'], read: false, write: false },
    {
      family: 'access token',
      scopes: ['admin:pipeline:bitbucket', 'read:pipeline:bitbucket'],
      read: false,
      write: false,
    },
    { family: 'API token', scopes: ['read:pipeline:bitbucket'], read: true, write: false },
    { family: 'API token', scopes: ['admin:pipeline:bitbucket'], read: false, write: false },
    { family: 'API token', scopes: ['admin:pipeline:bitbucket', 'read:pipeline:bitbucket'], read: true, write: true },
    { family: 'API token', scopes: ['pipeline', 'pipeline:variable'], read: false, write: false },
  ];
  test.each(scopeTable)('$family with $scopes may read $read and write $write', ({ family, scopes, read, write }) => {
    const { bitbucket } = acme();
    const email = 'robot@example.com';
    const authorization =
      family === 'API token'
        ? `Basic ${btoa(`${email}:${bitbucket.addApiToken({ email, scopes })}`)}`
        : `Bearer ${bitbucket.addAccessToken({ workspace: 'acme', scopes })}`;
    const caller = bitbucket.authenticate(authorization);

    for (const [access, allowed] of [
      ['read', read],
      ['write', write],
    ] as const) {
      const authorize = () => bitbucket.authorize(caller, access, repository);
      if (allowed) expect(authorize).not.toThrow();
      else {
        expect(refusalOf(authorize)).toMatchObject({
          status: 403,
          body: {
            type: 'error',
            error: {
              message: 'Your credentials lack one or more required privilege scopes.',
              detail: { required: expect.any(Array), granted: scopes },
            },
          },
        });
      }
    }
  });

  const other = { workspace: 'acme', repository: 'other' };
  const foreign = { workspace: 'umbrella', repository: 'lab' };
  const reachTable = [
    {
      owner: { workspace: 'acme' },
      ok: [repository, other, workspace],
      no: [foreign],
      forbidden: [{ workspace: 'umbrella' }],
    },
    { owner: { workspace: 'acme', project: 'SHOP' }, ok: [other], no: [repository, foreign], forbidden: [workspace] },
    {
      owner: { workspace: 'acme', repository: 'web-shop' },
      ok: [repository],
      no: [other, foreign],
      forbidden: [workspace],
    },
  ];
  test.each(reachTable)('of $owner reaches its own and sees a 404 elsewhere', ({ owner, ok, no, forbidden }) => {
    const { bitbucket, ...acmeIds } = acme();
    bitbucket.addRepository('acme', 'other', 'SHOP');
    bitbucket.addWorkspace('umbrella');
    bitbucket.addRepository('umbrella', 'lab');
    const token = bitbucket.addAccessToken({ ...owner, scopes: ['pipeline:variable'] });
    const caller = bitbucket.authenticate(`Bearer ${token}`);

    for (const place of ok) expect(() => bitbucket.authorize(caller, 'write', place)).not.toThrow();
    for (const place of no) {
      expect(refusalOf(() => bitbucket.authorize(caller, 'read', place))).toMatchObject({
        status: 404,
        body: {
          type: 'error',
          error: { message: expect.stringContaining('You may not have access to this repository') },
        },
      });
    }
    for (const place of forbidden) {
      expect(refusalOf(() => bitbucket.authorize(caller, 'read', place)).status).toBe(403);
    }
    if (ok.includes(repository)) {
      const byUuid = { workspace: acmeIds.workspace, repository: acmeIds.repository };
      expect(() => bitbucket.authorize(caller, 'write', byUuid)).not.toThrow();
    }
  });

  test.each(['', 'Bearer', 'Bearer nobody', 'Basic bm9ib2R5', 'Digest x', undefined])('%s is refused', (header) => {
    const { bitbucket } = acme();
    expect(refusalOf(() => bitbucket.authenticate(header))).toEqual({
      status: 401,
      body: {
        type: 'error',
        error: { message: 'Token is invalid, expired, or not supported for this endpoint.' },
      },
    });
  });

  test('that is an API token counts only with its own e-mail address, as Basic, and until it expires', () => {
    const { bitbucket, clock } = acme();
    const scopes = ['read:pipeline:bitbucket'];
    const token = bitbucket.addApiToken({ email: 'a@example.com', scopes, expiresAt: start + hour });
    const basic = (email: string) => `Basic ${btoa(`${email}:${token}`)}`;

    expect(bitbucket.authenticate(basic('a@example.com')).scopes).toEqual(scopes);
    expect(refusalOf(() => bitbucket.authenticate(basic('b@example.com'))).status).toBe(401);
    expect(refusalOf(() => bitbucket.authenticate(`Bearer ${token}`)).status).toBe(401);
    clock.advanceBy(hour);
    expect(refusalOf(() => bitbucket.authenticate(basic('a@example.com'))).status).toBe(401);
  });

  test('from an OAuth consumer lives for one hour', () => {
    const { bitbucket, clock } = acme();
    const { clientId, secret } = bitbucket.addOAuthConsumer({ scopes: ['pipeline', 'pipeline:variable'] });
    const form = new URLSearchParams({ grant_type: 'client_credentials' });
    const grant = bitbucket.grantOAuthToken(`Basic ${btoa(`${clientId}:${secret}`)}`, form);

    expect(grant).toMatchObject({ token_type: 'bearer', expires_in: 3600, scopes: 'pipeline pipeline:variable' });
    clock.advanceBy(hour - 1);
    expect(() => bitbucket.authenticate(`Bearer ${grant.access_token}`)).not.toThrow();
    clock.advanceBy(1);
    expect(refusalOf(() => bitbucket.authenticate(`Bearer ${grant.access_token}`))).toMatchObject({
      status: 401,
      body: { error: { message: expect.stringContaining('Access token expired.') } },
    });
  });

  test('is refused from the moment it is revoked, and so are the tokens of a revoked consumer', () => {
    const { bitbucket, token } = acme();
    const api = bitbucket.addApiToken({ email: 'a@example.com', scopes: [] });
    const consumer = bitbucket.addOAuthConsumer({ clientId: 'robot', secret: 'x', scopes: [] });
    const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'robot', client_secret: 'x' });
    const oauth = bitbucket.grantOAuthToken(undefined, form).access_token;
    const headers = [`Bearer ${token}`, `Basic ${btoa(`a@example.com:${api}`)}`, `Bearer ${oauth}`];
    for (const header of headers) expect(() => bitbucket.authenticate(header)).not.toThrow();

    for (const secret of [token, api, consumer.clientId]) bitbucket.revoke(secret);

    for (const header of headers) expect(refusalOf(() => bitbucket.authenticate(header)).status).toBe(401);
    expect(refusalOf(() => bitbucket.grantOAuthToken(undefined, form)).status).toBe(400);
  });

  test('has so many requests in any sixty minutes, each credential its own', () => {
    const { bitbucket, clock, token } = acme({ rateLimit: 10 });
    const caller = bitbucket.authenticate(`Bearer ${token}`);
    const neighbour = bitbucket.authenticate(`Bearer ${bitbucket.addAccessToken({ workspace: 'acme', scopes: [] })}`);
    const near = [];
    for (let request = 0; request < 10; request++) {
      near.push(bitbucket.meter(caller)['x-ratelimit-nearlimit']);
      clock.advanceBy(60_000);
    }

    expect(near).toEqual([...Array(8).fill('false'), 'true', 'true']);
    expect(refusalOf(() => bitbucket.meter(caller))).toEqual({
      status: 429,
      body: 'Rate limit for this resource has been exceeded',
    });
    expect(() => bitbucket.meter(neighbour)).not.toThrow();
    const api = bitbucket.addApiToken({ email: 'deploy@acme.example', scopes: [] });
    expect(bitbucket.meter(bitbucket.authenticate(`Basic ${btoa(`deploy@acme.example:${api}`)}`))).toEqual({});
    clock.advanceTo(start + hour);
    expect(() => bitbucket.meter(caller)).not.toThrow();
    expect(refusalOf(() => bitbucket.meter(caller)).status).toBe(429);
    clock.advanceBy(60_000);
    expect(() => bitbucket.meter(caller)).not.toThrow();
  });
});

test('The same random numbers make the same UUIDs and tokens', () => {
  const seeded = () => {
    let seed = 1;
    return () => {
      seed = (seed * 16807) % 2147483647;
      return seed / 2147483647;
    };
  };
  const [one, two] = [acme({ random: seeded() }), acme({ random: seeded() })];
  expect([one.environment, one.token]).toEqual([two.environment, two.token]);
  expect(one.environment).not.toBe(one.repository);
});
