import { Bitbucket as Client } from 'bitbucket';
import { describe, expect, test } from 'vitest';
import { servedAcme } from './acme';

const repository = { workspace: 'acme', repo_slug: 'web-shop' };

async function withClient(options?: Parameters<typeof servedAcme>[0]) {
  const world = await servedAcme(options);
  const client = new Client({ baseUrl: world.server.url, auth: { token: world.token }, notice: false });
  return { ...world, client };
}

function variable(key: string, value: string, secured = false) {
  return { type: 'pipeline_variable', key, value, secured };
}

describe('The npm package "bitbucket" as the client', () => {
  test('finds the environment by its name', async () => {
    const { client, bitbucket, environment } = await withClient();
    bitbucket.addEnvironment('acme', 'web-shop', 'Test', 'Test');

    const { data } = await client.deployments.listEnvironments(repository);

    expect(data.size).toBe(2);
    expect(data.values?.find(({ name }) => name === 'Production')?.uuid).toBe(environment);
    const one = await client.deployments.getEnvironment({ ...repository, environment_uuid: environment });
    expect(one.data).toMatchObject({ name: 'Production', uuid: environment });
  });

  test('creates, lists, updates and deletes deployment variables', async () => {
    const { client, bitbucket, environment } = await withClient();
    const place = { ...repository, environment_uuid: environment };

    const id = await client.pipelines.createDeploymentVariable({
      ...place,
      _body: variable('AWS_ACCESS_KEY_ID', 'A1'),
    });
    const secret = await client.pipelines.createDeploymentVariable({
      ...place,
      _body: variable('AWS_SECRET_ACCESS_KEY', 'one', true),
    });
    expect([id.status, secret.status]).toEqual([201, 201]);
    expect(secret.data).not.toHaveProperty('value');
    expect(id.headers.location).toContain(encodeURIComponent(id.data.uuid ?? 'no UUID'));

    await client.pipelines.updateDeploymentVariable({
      ...place,
      variable_uuid: secret.data.uuid ?? '',
      _body: variable('AWS_SECRET_ACCESS_KEY', 'two', true),
    });
    expect(bitbucket.pipelineVariables('acme', 'web-shop', 'Production')).toEqual({
      AWS_ACCESS_KEY_ID: 'A1',
      AWS_SECRET_ACCESS_KEY: 'two',
    });

    const gone = await client.pipelines.deleteDeploymentVariable({ ...place, variable_uuid: id.data.uuid ?? '' });
    expect(gone.status).toBe(204);
    const { data } = await client.pipelines.listDeploymentVariables(place);
    expect(data).toEqual({ page: 1, pagelen: 10, size: 1, values: [secret.data] });
  });

  test('manages repository variables', async () => {
    const { client, bitbucket } = await withClient();

    const { data } = await client.pipelines.createVariable({ ...repository, _body: variable('A', '1') });
    const place = { ...repository, variable_uuid: data.uuid ?? '' };
    expect((await client.pipelines.getVariable(place)).data).toEqual(data);
    await client.pipelines.updateVariable({ ...place, _body: variable('A', '2') });
    expect(bitbucket.pipelineVariables('acme', 'web-shop')).toEqual({ A: '2' });
    expect((await client.pipelines.listVariablesForRepo(repository)).data.values).toMatchObject([{ value: '2' }]);
    await client.pipelines.deleteVariable(place);
    await expect(client.pipelines.getVariable(place)).rejects.toMatchObject({
      status: 404,
      error: { error: { data: { key: 'variable-service.variable.not-found' } } },
    });
  });

  test('manages workspace variables', async () => {
    const { client, bitbucket } = await withClient();
    const workspace = { workspace: 'acme' };

    const { data } = await client.workspaces.createPipelineVariableForWorkspace({
      ...workspace,
      _body: variable('A', '1', true),
    });
    const place = { ...workspace, variable_uuid: data.uuid ?? '' };
    expect((await client.workspaces.getPipelineVariableForWorkspace(place)).data).toEqual(data);
    await client.workspaces.updatePipelineVariableForWorkspace({ ...place, _body: variable('A', '2', true) });
    expect(bitbucket.pipelineVariables('acme', 'web-shop')).toEqual({ A: '2' });
    expect((await client.workspaces.getPipelineVariablesForWorkspace(workspace)).data.size).toBe(1);
    await client.workspaces.deletePipelineVariableForWorkspace(place);
    expect(bitbucket.pipelineVariables('acme', 'web-shop')).toEqual({});
  });

  test.each([
    { pagelen: undefined, pages: 13 },
    { pagelen: 50, pages: 3 },
    { pagelen: 100, pages: 2 },
  ])('follows $pages pages of 123 variables with a page length of $pagelen', async ({ pagelen, pages }) => {
    const { client, bitbucket, environment, places } = await withClient();
    for (let number = 0; number < 123; number++) {
      bitbucket.createVariable(places.deployment, { key: `V${number}`, value: String(number) });
    }

    let { data } = await client.pipelines.listDeploymentVariables({
      ...repository,
      environment_uuid: environment,
      pagelen,
    });
    const keys = data.values?.map(({ key }) => key) ?? [];
    let seen = 1;
    while (client.hasNextPage(data)) {
      ({ data } = await client.getNextPage(data));
      keys.push(...(data.values?.map(({ key }) => key) ?? []));
      seen++;
    }

    expect(seen).toBe(pages);
    expect(keys).toEqual(Array.from({ length: 123 }, (_, number) => `V${number}`));
  });

  test('reports a duplicate with the status and key of the real service', async () => {
    const { client, environment } = await withClient();
    const body = { ...repository, environment_uuid: environment, _body: variable('A', '1') };
    await client.pipelines.createDeploymentVariable(body);

    await expect(client.pipelines.createDeploymentVariable(body)).rejects.toMatchObject({
      status: 409,
      error: { type: 'error', error: { data: { key: 'variable-service.variable.duplicate' } } },
    });
  });

  test('signs in with an e-mail address and an API token', async () => {
    const { server, bitbucket } = await withClient();
    const email = 'robot@example.com';
    const token = bitbucket.addApiToken({ email, scopes: ['read:pipeline:bitbucket'] });
    const client = new Client({ baseUrl: server.url, auth: { username: email, password: token }, notice: false });

    expect((await client.pipelines.listVariablesForRepo(repository)).status).toBe(200);
    await expect(client.pipelines.createVariable({ ...repository, _body: variable('A', '1') })).rejects.toMatchObject({
      status: 403,
      error: { error: { detail: { granted: ['read:pipeline:bitbucket'] } } },
    });
  });
});
