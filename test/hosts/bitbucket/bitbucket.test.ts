import { describe, expect, it } from 'vitest';
import type { VariablePlace } from '../../../local/hosts/bitbucket/place';
import { clientOf, json, startHost } from '../http/scripted-host';
import {
  credentialOf,
  failureOf,
  isWrite,
  production,
  repositoryTarget,
  SECRET,
  START,
  STORED,
  startWorld,
  targetOf,
  workspaceTarget,
} from './bitbucket-world';

const repositoryVariables: VariablePlace = { level: 'repository', workspace: 'acme', repository: 'web-shop' };
const pair = { AWS_ACCESS_KEY_ID: 'AKIA0000000000000001', AWS_SECRET_ACCESS_KEY: `${SECRET}-1` };

describe('a delivery to Bitbucket', () => {
  it.each([
    ['deployment', production],
    ['repository', repositoryTarget],
    ['workspace', workspaceTarget],
  ])('creates the pair at the %s level, and updates it the next time', async (level, target) => {
    const world = await startWorld();
    const levels: string[] = [];
    world.bitbucket.onWrite((write) => levels.push(write.level));

    const first = await world.deliver(target, credentialOf(1));
    const again = await world.deliver(target, credentialOf(2));

    expect(first).toEqual({
      wrote: ['created AWS_ACCESS_KEY_ID', 'created AWS_SECRET_ACCESS_KEY'],
      readBack: true,
      tornFor: 0,
      revision: expect.stringMatching(/^\[("\{[\w-]+\}"|null)(,"\{[\w-]+\}"){2}\]$/),
    });
    expect(again.revision).toBe(first.revision);
    expect(again.wrote).toEqual(['updated AWS_ACCESS_KEY_ID', 'updated AWS_SECRET_ACCESS_KEY']);
    expect(world.pipeline('Production')).toEqual({
      AWS_ACCESS_KEY_ID: 'AKIA0000000000000002',
      AWS_SECRET_ACCESS_KEY: `${SECRET}-2`,
    });
    expect(new Set(levels)).toEqual(new Set([level]));
  });

  it('secures the secret, also when somebody has left it unsecured, and leaves the ID readable', async () => {
    const world = await startWorld();
    world.bitbucket.createVariable(repositoryVariables, { key: 'AWS_SECRET_ACCESS_KEY', value: 'x', secured: false });

    await world.deliver(repositoryTarget);

    expect(world.bitbucket.variables(repositoryVariables)).toEqual([
      expect.objectContaining({ key: 'AWS_SECRET_ACCESS_KEY', secured: true }),
      expect.objectContaining({ key: 'AWS_ACCESS_KEY_ID', secured: false, value: 'AKIA0000000000000001' }),
    ]);
  });

  it('secures the ID on request, and then claims no read-back', async () => {
    const world = await startWorld();
    const receipt = await world.deliver(targetOf({ ...repositoryTarget, secureAccessKeyId: true }));

    expect(receipt.readBack).toBeUndefined();
    expect(world.bitbucket.variables(repositoryVariables).every(({ secured }) => secured)).toBe(true);
  });

  it('writes under other names, with the region and the whole credential in one secured variable', async () => {
    const world = await startWorld();
    const receipt = await world.deliver(
      targetOf({
        ...repositoryTarget,
        region: 'eu-west-1',
        variables: { accessKeyId: 'KEY', secretAccessKey: 'SECRET', region: 'REGION', bundle: 'AWS_CREDENTIAL' },
      }),
    );

    expect(receipt.wrote).toEqual(['created KEY', 'created SECRET', 'created REGION', 'created AWS_CREDENTIAL']);
    const { AWS_CREDENTIAL = '', ...others } = world.pipeline();
    expect(others).toEqual({ KEY: pair.AWS_ACCESS_KEY_ID, SECRET: pair.AWS_SECRET_ACCESS_KEY, REGION: 'eu-west-1' });
    expect(JSON.parse(AWS_CREDENTIAL)).toEqual({
      accessKeyId: pair.AWS_ACCESS_KEY_ID,
      secretAccessKey: pair.AWS_SECRET_ACCESS_KEY,
      userName: 'bitbucket-web-shop',
      createdAt: new Date(START).toISOString(),
      region: 'eu-west-1',
    });
    const secured = world.bitbucket.variables(repositoryVariables).filter((variable) => variable.secured);
    expect(secured.map(({ key }) => key)).toEqual(['SECRET', 'AWS_CREDENTIAL']);
  });

  it('finds its variables beyond the first page of a hundred, and leaves everybody else’s alone', async () => {
    const world = await startWorld();
    for (let number = 0; number < 230; number += 1) {
      world.bitbucket.createVariable(repositoryVariables, { key: `OTHER_${number}`, value: String(number) });
    }
    world.bitbucket.createVariable(repositoryVariables, { key: 'AWS_ACCESS_KEY_ID', value: 'x' });
    world.bitbucket.createVariable(repositoryVariables, { key: 'AWS_SECRET_ACCESS_KEY', value: 'x', secured: true });

    const receipt = await world.deliver(repositoryTarget);

    expect(receipt.wrote).toEqual(['updated AWS_ACCESS_KEY_ID', 'updated AWS_SECRET_ACCESS_KEY']);
    expect(world.pipeline()).toMatchObject({ ...pair, OTHER_229: '229' });
    // The ID as it was, and the pair.
    expect(world.requests.filter(isWrite)).toHaveLength(3);
  });

  it('finds an environment beyond the first page', async () => {
    const world = await startWorld();
    for (let number = 0; number < 120; number += 1)
      world.bitbucket.addEnvironment('acme', 'web-shop', `Review ${number}`);
    await world.deliver(targetOf({ ...production, environment: 'Review 119' }));

    expect(world.pipeline('Review 119')).toEqual(pair);
  });

  it('takes workspace and repository by UUID, braces and all', async () => {
    const world = await startWorld();
    await world.deliver(targetOf({ ...repositoryTarget, repository: `acme/${world.repository.uuid}` }));

    expect(world.pipeline()).toEqual(pair);
    expect(world.requests[0]?.path).toContain('/acme/%7B');
  });

  it('waits for new variables that Bitbucket does not show yet', async () => {
    const world = await startWorld({ visibilityDelay: 5_000 });
    const receipt = await world.deliver(repositoryTarget);

    expect(receipt.readBack).toBe(true);
    expect(world.time.sleeps.length).toBeGreaterThan(0);
  });

  it('updates a variable that exists but was in no list yet (409)', async () => {
    const world = await startWorld({ visibilityDelay: 3_000 });
    world.bitbucket.createVariable(repositoryVariables, { key: 'AWS_ACCESS_KEY_ID', value: 'x' });
    const receipt = await world.deliver(repositoryTarget);

    expect(receipt.wrote).toEqual(['updated AWS_ACCESS_KEY_ID', 'created AWS_SECRET_ACCESS_KEY']);
    expect(world.requests.some(({ status }) => status === 409)).toBe(true);
    expect(world.pipeline()).toEqual(pair);
  });

  it('updates both when both exist and neither is in a list yet', async () => {
    const world = await startWorld({ visibilityDelay: 5_000 });
    world.bitbucket.createVariable(repositoryVariables, { key: 'AWS_ACCESS_KEY_ID', value: 'x' });
    world.bitbucket.createVariable(repositoryVariables, { key: 'AWS_SECRET_ACCESS_KEY', value: 'x', secured: true });
    await world.deliver(repositoryTarget);

    expect(world.pipeline()).toEqual(pair);
  });

  it.each([
    ['shows the secret unsecured', 'AWS_SECRET_ACCESS_KEY is not secured', { secured: false }, []],
    ['shows a name twice', 'AWS_SECRET_ACCESS_KEY exists 2 times', {}, [{ uuid: '{9}', secured: true }]],
    ['does not show the secret', 'AWS_SECRET_ACCESS_KEY is missing', { key: 'OTHER' }, []],
  ])('says read-back-differs when the host %s', async (_what, difference, change, more) => {
    const id = { uuid: '{1}', key: 'AWS_ACCESS_KEY_ID', value: pair.AWS_ACCESS_KEY_ID, secured: false };
    const secret = { uuid: '{2}', key: 'AWS_SECRET_ACCESS_KEY', secured: true };
    let written = false;
    const url = await startHost((request, response) => {
      written ||= request.method === 'PUT';
      const changed = [{ ...secret, ...change }, ...more.map((other) => ({ ...secret, ...other }))];
      if (request.method === 'PUT') return json(response, 200, id);
      return json(response, 200, { values: [id, ...(written ? changed : [secret])] });
    });
    const error = await failureOf(clientOf(url).deliver(repositoryTarget));

    expect(error).toMatchObject({ code: 'read-back-differs', retryable: true });
    expect(error.message).toContain(difference);
  });

  it('creates a variable again that vanished between look-up and write (404)', async () => {
    const world = await startWorld();
    await world.deliver(repositoryTarget, credentialOf(7));
    const [id] = world.bitbucket.variables(repositoryVariables);
    world.fail(
      ({ method, key }) => {
        if (method === 'PUT' && key === 'AWS_ACCESS_KEY_ID' && id !== undefined) {
          world.bitbucket.removeVariable(repositoryVariables, id.uuid);
        }
        return false;
      },
      { kind: 'drop-before' },
    );

    const receipt = await world.deliver(repositoryTarget);

    expect(receipt.wrote).toEqual(['created AWS_ACCESS_KEY_ID', 'updated AWS_SECRET_ACCESS_KEY']);
    expect(world.pipeline()).toEqual(pair);
  });

  it('reads again where a lagging replica still shows the old ID', async () => {
    const world = await startWorld();
    await world.deliver(repositoryTarget, credentialOf(9));
    const looks = ({ method, query }: { method: string; query: Readonly<Record<string, string>> }) =>
      method === 'GET' && query.pagelen === '100' && world.requests.some(isWrite);
    world.fail((request) => looks(request), { kind: 'stale-read' }, 2);

    expect((await world.deliver(repositoryTarget)).readBack).toBe(true);
  });

  it('says read-back-differs when somebody else keeps overwriting the ID, and does not quote what they wrote', async () => {
    const world = await startWorld();
    await world.deliver(repositoryTarget, credentialOf(9));
    const [id] = world.bitbucket.variables(repositoryVariables);
    world.fail(
      ({ method }) => {
        const value = 'AKIASOMEBODYELSE0000';
        if (method === 'GET') world.bitbucket.updateVariable(repositoryVariables, id?.uuid ?? '', { value });
        return false;
      },
      { kind: 'drop-before' },
    );

    const error = await failureOf(world.deliver(repositoryTarget));

    expect(error).toMatchObject({ code: 'read-back-differs', retryable: true });
    expect(error.message).toContain('AWS_ACCESS_KEY_ID holds something else');
    expect(error.message).not.toContain('AKIA');
    expect(world.time.sleeps.length).toBeLessThan(10);
  });

  it('asks for the environments once for all targets of a repository', async () => {
    const world = await startWorld();
    world.bitbucket.addEnvironment('acme', 'web-shop', 'Staging', 'Staging');
    await world.deliver(production);
    await world.deliver(targetOf({ ...production, environment: 'Staging' }));

    expect(world.requests.filter(({ kind }) => kind === 'environments')).toHaveLength(1);
    expect(world.connectionSecrets.reads).toBe(1);
  });

  it('looks again when a known environment was made anew under another UUID', async () => {
    const world = await startWorld();
    await world.deliver(production);
    world.bitbucket.removeEnvironment('acme', 'web-shop', 'Production');
    world.bitbucket.addEnvironment('acme', 'web-shop', 'Production');
    await world.deliver(production);

    expect(world.pipeline('Production')).toEqual(pair);
    expect(world.requests.filter(({ kind }) => kind === 'environments')).toHaveLength(2);
  });
});

describe('the environment of a deployment target', () => {
  it.each([
    ['its exact name', () => 'Production'],
    ['its name in another case', () => 'pRODUCTION'],
    ['its UUID', (uuid: string) => uuid],
    ['its UUID without braces', (uuid: string) => uuid.slice(1, -1)],
    ['its UUID in upper case', (uuid: string) => uuid.toUpperCase()],
  ])('is found by %s', async (_how, name) => {
    const world = await startWorld();
    await world.deliver(targetOf({ ...production, environment: name(world.environment.uuid) }));

    expect(world.pipeline('Production')).toEqual(pair);
  });

  it('is the one in the exact case where two differ only in case', async () => {
    const world = await startWorld();
    world.bitbucket.addEnvironment('acme', 'web-shop', 'production');
    await world.deliver(targetOf({ ...production, environment: 'production' }));

    expect(world.pipeline('production')).toEqual(pair);
    expect(world.pipeline('Production')).toEqual({});
  });

  it('is refused when another case fits two', async () => {
    const world = await startWorld();
    world.bitbucket.addEnvironment('acme', 'web-shop', 'production');
    const error = await failureOf(world.deliver(targetOf({ ...production, environment: 'PRODUCTION' })));

    expect(error.code).toBe('environment-not-found');
    expect(error.message).toContain('"PRODUCTION" fits 2 environments: "Production" {');
    expect(world.requests.some(isWrite)).toBe(false);
  });

  it('is named with those that exist when it is missing', async () => {
    const world = await startWorld();
    world.bitbucket.addEnvironment('acme', 'web-shop', 'Staging', 'Staging');
    const error = await failureOf(world.deliver(targetOf({ ...production, environment: 'Live' })));

    expect(error).toMatchObject({ code: 'environment-not-found', retryable: false });
    expect(error.message).toBe(
      'bitbucket acme/web-shop environment Live: there is no environment "Live". ' +
        'The repository has: "Production", "Staging". Correct the name or create it.',
    );
  });
});

describe('what Bitbucket refuses', () => {
  it('tells token-rejected for a revoked token, and where the new one belongs', async () => {
    const world = await startWorld();
    world.connectionSecrets.value = { accessToken: 'revoked' };
    const error = await failureOf(world.deliver(production));

    expect(error).toMatchObject({ code: 'token-rejected', retryable: false });
    expect(error.message).toContain('bitbucket acme/web-shop environment Production: could not list the environments');
    expect(error.message).toContain('put a new one into the secret keyturn/connections/acme');
  });

  it('tells scope-missing for a token that may only read, before anything is changed', async () => {
    const world = await startWorld();
    const accessToken = world.bitbucket.addAccessToken({ workspace: 'acme', scopes: ['pipeline'] });
    world.connectionSecrets.value = { accessToken };
    const error = await failureOf(world.deliver(production));

    expect(error).toMatchObject({ code: 'scope-missing', retryable: false });
    expect(error.message).toContain('pipeline:variable (access token');
    expect(error.message).toContain('admin:pipeline:bitbucket and read:pipeline:bitbucket (API token)');
    expect(error.message).toContain('Nothing was written');
  });

  it.each([
    ['repository-not-found', { ...production, repository: 'acme/gone' }],
    ['repository-not-found', { ...repositoryTarget, repository: 'acme/gone' }],
    ['workspace-not-found', { ...workspaceTarget, workspace: 'gone' }],
  ])('tells %s', async (code, target) => {
    const world = await startWorld();
    const error = await failureOf(world.deliver(targetOf(target)));

    expect(error).toMatchObject({ code, retryable: false });
    expect(error.message).toContain('gone');
  });

  it.each([400, 422])('tells host-rejected for a %i', async (status) => {
    const world = await startWorld();
    world.fail(({ method }) => method === 'POST', { kind: 'status', status });
    const error = await failureOf(world.deliver(repositoryTarget));

    expect(error).toMatchObject({ code: 'host-rejected', retryable: false });
    expect(error.message).toContain(`could not write AWS_ACCESS_KEY_ID: Bitbucket rejected the request (${status})`);
    expect(world.requests.filter(({ method }) => method === 'POST')).toHaveLength(2);
  });
});

describe('two keys for one pair of names', () => {
  it('leaves each target with the credential that was delivered last', async () => {
    const world = await startWorld();
    const target = await world.targets.open(production, world.connection);
    await target.deliver(credentialOf(1), STORED);
    await target.deliver(credentialOf(1), STORED);
    await target.deliver(credentialOf(2), STORED);

    expect(world.pipeline('Production').AWS_ACCESS_KEY_ID).toBe('AKIA0000000000000002');
    expect(target.name).toBe('bitbucket acme/web-shop environment Production');
  });
});
