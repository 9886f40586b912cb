import { describe, expect, test } from 'vitest';
import { hour, servedAcme } from './acme';

const variable = { key: 'A', value: '1', secured: false };

describe('An answer over HTTP', () => {
  test('lists the repositories of a workspace, each once, for a token that may read them', async () => {
    const { send, bitbucket } = await servedAcme();
    bitbucket.addRepository('acme', 'api');
    expect((await send('/repositories/acme')).status).toBe(403);
    const token = bitbucket.addAccessToken({ workspace: 'acme', scopes: ['repository'] });
    const { body } = await send('/repositories/acme', { authorization: `Bearer ${token}` });
    expect(body.values.map(({ full_name }: { full_name: string }) => full_name).sort()).toEqual([
      'acme/api',
      'acme/web-shop',
    ]);
  });

  test.each(['deployment', 'repository', 'workspace'] as const)(
    'of %s variables has the documented statuses',
    async (level) => {
      const { send, paths } = await servedAcme();
      const path = paths[level];

      const created = await send(path, { method: 'POST', body: variable });
      const one = `${path}/${encodeURIComponent(created.body.uuid)}`;
      expect(created.status).toBe(201);
      expect((await send(created.headers.get('location') ?? '', { method: 'PUT', body: { value: '2' } })).status).toBe(
        200,
      );
      expect((await send(path)).body.values).toEqual([{ ...created.body, value: '2' }]);
      expect((await send(one)).status).toBe(level === 'deployment' ? 405 : 200);
      expect((await send(one, { method: 'DELETE' })).status).toBe(204);
      expect((await send(one, { method: 'DELETE' })).status).toBe(404);
      expect((await send(one, { method: 'PUT', body: variable })).status).toBe(404);
    },
  );

  test('is the same with a trailing slash, bare braces and UUIDs in place of slugs', async () => {
    const { send, workspace, repository, environment, paths } = await servedAcme();
    await send(paths.deployment, { method: 'POST', body: variable });
    const expected = (await send(paths.deployment)).body;

    expect((await send(`${paths.deployment}/`)).body).toEqual(expected);
    const byUuid = `/repositories/${workspace}/${repository}/deployments_config/environments/${environment}/variables`;
    expect((await send(byUuid)).body).toEqual(expected);
  });

  test('links pages by absolute URLs of the host that was asked', async () => {
    const { send, server, paths, bitbucket, places } = await servedAcme();
    for (let number = 0; number < 12; number++) {
      bitbucket.createVariable(places.deployment, { key: `V${number}`, value: 'x' });
    }

    const first = await send(`${paths.deployment}?pagelen=10`);
    expect(first.body.next).toBe(`${server.url}${paths.deployment}?pagelen=10&page=2`);
    expect((await send(first.body.next)).body.values).toHaveLength(2);
    const alias = await send(`http://localhost:${server.port}/2.0${paths.deployment}`);
    expect(alias.body.next).toContain(`http://localhost:${server.port}/`);
  });

  test('says which scopes the caller has and which the call takes, refused or not', async () => {
    const { send, paths, bitbucket } = await servedAcme();
    const said = ({ headers }: { headers: Headers }) => [
      headers.get('x-oauth-scopes'),
      headers.get('x-accepted-oauth-scopes'),
    ];
    expect(said(await send(paths.deployment))).toEqual(['pipeline, pipeline:variable', 'pipeline']);
    const refused = await send('/user');
    expect([refused.status, ...said(refused)]).toEqual([403, 'pipeline, pipeline:variable', 'account']);
    expect(said(await send(paths.deployment, { authorization: 'Bearer none' }))).toEqual([null, null]);

    const token = bitbucket.addApiToken({ email: 'ci@example.com', scopes: ['read:user:bitbucket'] });
    const basic = Buffer.from(`ci@example.com:${token}`).toString('base64');
    const user = await send('/user', { authorization: `Basic ${basic}` });
    expect(user.body).toMatchObject({ type: 'user', display_name: 'ci@example.com' });
  });

  test('hides secured values everywhere', async () => {
    const { send, paths } = await servedAcme();
    const body = { key: 'SECRET', value: 'do-not-show', secured: true };
    const created = await send(paths.repository, { method: 'POST', body });
    const one = `${paths.repository}/${created.body.uuid}`;
    const answers = [
      created,
      await send(one),
      await send(paths.repository),
      await send(one, { method: 'PUT', body }),
      await send(paths.repository, { method: 'POST', body }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 200, 409]);
    expect(JSON.stringify(answers.map((answer) => [answer.body, ...answer.headers]))).not.toContain('do-not-show');
  });
});

describe('A refusal over HTTP', () => {
  test.each([
    ['an unknown repository', '/repositories/acme/nope/environments', 404],
    ['an unknown workspace', '/workspaces/nope/pipelines-config/variables', 404],
    ['a repository of an unknown workspace', '/repositories/nope/web-shop/pipelines_config/variables', 404],
    ['an unknown environment', '/repositories/acme/web-shop/deployments_config/environments/%7B0%7D/variables', 404],
    [
      'an environment by its name',
      '/repositories/acme/web-shop/deployments_config/environments/Production/variables',
      404,
    ],
    ['an unknown environment alone', '/repositories/acme/web-shop/environments/%7B0%7D', 404],
    ['an unknown path', '/repositories/acme/web-shop/nothing', 404],
    ['a page that is too long', '/repositories/acme/web-shop/environments?pagelen=101', 400],
    ['a broken path', '/repositories/acme/web-shop/environments/%7', 400],
  ])('of %s has the shape of Bitbucket', async (_, path, status) => {
    const { send } = await servedAcme();

    const answer = await send(path);

    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ type: 'error', error: { message: expect.any(String) } });
  });

  test.each([
    ['no JSON', '{"key": "A"', 400],
    ['an empty body', '', 400],
    ['no object', '[]', 400],
    ['a form', 'key=A&value=1', 400],
    ['more than a megabyte', JSON.stringify({ key: 'A', value: 'x'.repeat(1_000_001) }), 413],
  ])('of %s changes nothing', async (_, body, status) => {
    const { send, paths } = await servedAcme();

    const answer = await send(paths.repository, { method: 'POST', body });

    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ type: 'error', error: { message: expect.any(String) } });
    expect((await send(paths.repository)).body.size).toBe(0);
  });

  test('names the methods that a path takes', async () => {
    const { send } = await servedAcme();
    const answer = await send('/repositories/acme/web-shop/environments', { method: 'PUT', body: {} });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET']);
  });

  test('of a caller comes as 401 before 403 before 404', async () => {
    const { send, bitbucket } = await servedAcme();
    const reader = bitbucket.addAccessToken({ workspace: 'acme', repository: 'web-shop', scopes: ['pipeline'] });
    const path = '/repositories/acme/nope/pipelines_config/variables';
    const asReader = { authorization: `Bearer ${reader}` };

    expect((await send(path, { authorization: null })).status).toBe(401);
    expect((await send(path, { authorization: 'Bearer wrong' })).status).toBe(401);
    expect(await send(path, { ...asReader, method: 'POST', body: variable })).toMatchObject({
      status: 403,
      body: {
        type: 'error',
        error: {
          message: 'Your credentials lack one or more required privilege scopes.',
          detail: { required: ['pipeline:variable'], granted: ['pipeline'] },
        },
      },
    });
    expect((await send(path, asReader)).status).toBe(404);
  });

  test('past the rate limit is a 429 in plain text, only under /repositories', async () => {
    const { send, clock, paths } = await servedAcme({ rateLimit: 5 });
    for (let request = 0; request < 4; request++) {
      expect((await send(paths.repository)).headers.get('x-ratelimit-nearlimit')).toBe('false');
    }
    expect((await send(paths.repository)).headers.get('x-ratelimit-nearlimit')).toBe('true');

    const refused = await send(paths.repository);
    expect(refused).toMatchObject({ status: 429, body: 'Rate limit for this resource has been exceeded' });
    expect(refused.headers.get('x-ratelimit-limit')).toBe('5');
    expect(refused.headers.get('retry-after')).toBeNull();
    expect((await send(paths.workspace)).status).toBe(200);
    clock.advanceBy(hour);
    expect((await send(paths.repository)).status).toBe(200);
  });
});

describe('The OAuth token endpoint', () => {
  async function withConsumer() {
    const world = await servedAcme();
    const { clientId, secret } = world.bitbucket.addOAuthConsumer({ workspace: 'acme', scopes: ['pipeline:variable'] });
    const ask = (authorization: string | null, body: string) =>
      world.send(`${world.server.origin}/site/oauth2/access_token`, { method: 'POST', authorization, body });
    return { ...world, clientId, secret, ask };
  }

  test('hands out a token that works for an hour', async () => {
    const { ask, clientId, secret, send, paths, clock } = await withConsumer();

    const { status, body } = await ask(`Basic ${btoa(`${clientId}:${secret}`)}`, 'grant_type=client_credentials');

    expect([status, body.token_type, body.expires_in]).toEqual([200, 'bearer', 3600]);
    const authorization = `Bearer ${body.access_token}`;
    expect((await send(paths.workspace, { authorization })).status).toBe(200);
    expect((await send(paths.deployment, { authorization, method: 'POST', body: variable })).status).toBe(201);
    clock.advanceBy(hour);
    expect((await send(paths.workspace, { authorization })).status).toBe(401);
  });

  test.each([
    [
      'a wrong secret',
      (id: string) => `Basic ${btoa(`${id}:wrong`)}`,
      'grant_type=client_credentials',
      'unauthorized_client',
    ],
    ['an unknown client', () => `Basic ${btoa('nobody:x')}`, 'grant_type=client_credentials', 'unauthorized_client'],
    ['no credentials', () => null, 'grant_type=client_credentials', 'unauthorized_client'],
    [
      'another grant',
      (id: string, secret: string) => `Basic ${btoa(`${id}:${secret}`)}`,
      'grant_type=password',
      'invalid_grant',
    ],
  ])('refuses %s in the shape of OAuth', async (_, header, form, error) => {
    const { ask, clientId, secret } = await withConsumer();

    const answer = await ask(header(clientId, secret), form);

    expect(answer).toMatchObject({ status: 400, body: { error, error_description: expect.any(String) } });
  });
});
