import { describe, expect, it } from 'vitest';
import type { TargetConfig } from '../../../functions/core/hosts/target';
import {
  failureOf,
  isWrite,
  production,
  repositoryTarget,
  startWorld,
  TOKEN,
  targetOf,
  workspaceTarget,
} from './bitbucket-world';

type World = Awaited<ReturnType<typeof startWorld>>;

const identify = async (
  { targets, connection }: World,
  target: TargetConfig = production,
  need: 'needed' | 'wanted' = 'needed',
) => (await targets.open(target, connection)).identify(need);
const bare = (uuid: string) => uuid.replace(/[{}]/g, '');

/** A world whose token may read repositories too. */
async function readable(): Promise<World> {
  const world = await startWorld();
  const scopes = ['pipeline:variable', 'repository'];
  world.connectionSecrets.value = { accessToken: world.bitbucket.addAccessToken({ workspace: 'acme', scopes }) };
  return world;
}

/** What stands in place of the answer about the repository. */
function answers(world: World, body: object): void {
  world.fail(({ kind }) => kind === 'repository', { kind: 'status', status: 200, body });
}

describe('whose a place is', () => {
  it.each([production, repositoryTarget, targetOf({ type: 'bitbucket-repository', repository: 'ACME/Web-Shop' })])(
    'is told by the UUIDs of workspace and repository, in one request that changes nothing: %j',
    async (target) => {
      const world = await readable();
      const { uuid } = world.bitbucket.workspace({ workspace: 'acme' });
      expect(await identify(world, target)).toBe(`${bare(uuid)}/${bare(world.repository.uuid)}`);
      expect(world.requests.map(({ method, kind }) => [method, kind])).toEqual([['GET', 'repository']]);
    },
  );

  it('is told by the UUID of the workspace for its variables, to any token that reaches it', async () => {
    const world = await startWorld();
    const { uuid } = world.bitbucket.workspace({ workspace: 'acme' });
    expect(await identify(world, workspaceTarget)).toBe(bare(uuid));
    expect(world.requests.some(isWrite)).toBe(false);
  });

  it('is asked anew each time, because a name can be taken at any time', async () => {
    const world = await readable();
    const before = await identify(world);
    world.bitbucket.removeRepository('acme', 'web-shop');
    const { uuid } = world.bitbucket.addRepository('acme', 'web-shop');
    expect(await identify(world)).toBe(`${before?.split('/')[0]}/${bare(uuid)}`);
  });

  it('is nobody’s business of a token without the scope, with which a delivery goes on', async () => {
    const world = await startWorld();
    expect(await identify(world)).toBeUndefined();
    expect(world.requests.map(({ status }) => status)).toEqual([403]);
    expect((await world.deliver(production)).wrote).toHaveLength(2);
  });

  it.each([400, 403, 404, 405, 410])('is not known from an answer of %i', async (status) => {
    const world = await readable();
    world.fail(({ kind }) => kind === 'repository', { kind: 'status', status });
    expect(await identify(world)).toBeUndefined();
  });

  it.each([
    ['repository', production],
    ['repository', repositoryTarget],
    ['workspace', workspaceTarget],
  ] as const)(
    'is a refused token (401) where it has to be compared, and unknown where nothing is: %s',
    async (kind, target) => {
      const world = await readable();
      world.fail((request) => request.kind === kind, { kind: 'status', status: 401 });
      expect(await failureOf(identify(world, target))).toMatchObject({ code: 'token-rejected' });
      expect(await identify(world, target, 'wanted')).toBeUndefined();
    },
  );

  it.each<[number, string]>([
    [500, 'host-down'],
    [429, 'rate-limited'],
    [301, 'host-answer-invalid'],
  ])('is an open question after %i: %s', async (status, code) => {
    const world = await readable();
    world.fail(({ kind }) => kind === 'repository', { kind: 'status', status, headers: { location: '/x' } });
    expect(await failureOf(identify(world))).toMatchObject({ code });
  });

  it('has one spelling, and the repository’s UUID alone where the host tells no workspace', async () => {
    const [repository, workspace] = ['7B3E4A52-6a52-4d2b-9a53-0c2b7c1d9e10', '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e11}'];
    const world = await readable();
    answers(world, { uuid: repository, workspace: { uuid: workspace } });
    expect(await identify(world)).toBe(`${bare(workspace)}/${repository.toLowerCase()}`);
    const other = await readable();
    answers(other, { uuid: `{${repository}}` });
    expect(await identify(other)).toBe(repository.toLowerCase());
  });

  it.each([{}, { uuid: TOKEN }, { uuid: 'x'.repeat(1_000_000) }, { uuid: '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10} ' }])(
    'is never a word of the host’s own: what is no UUID ends it (K6)',
    async (body) => {
      const world = await readable();
      answers(world, body);
      const { code, message } = await failureOf(identify(world));
      expect(code).toBe('host-answer-invalid');
      expect(message).not.toContain(TOKEN);
    },
  );
});
