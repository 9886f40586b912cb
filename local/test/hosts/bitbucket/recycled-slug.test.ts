import { describe, expect, test } from 'vitest';
import { acme, refusalOf, servedAcme } from './acme';

const place = { workspace: 'acme', repository: 'web-shop' };

describe('A repository', () => {
  test('that is deleted takes everything with it, and whoever takes its slug is another one', () => {
    const { bitbucket, places, repository } = acme();
    bitbucket.createVariable(places.repository, { key: 'A', value: '1' });

    bitbucket.removeRepository('acme', 'web-shop');
    expect(refusalOf(() => bitbucket.repository(place)).status).toBe(404);
    expect(refusalOf(() => bitbucket.repository({ ...place, repository })).status).toBe(404);

    const { uuid } = bitbucket.addRepository('acme', 'Web-Shop');
    expect(uuid).not.toBe(repository);
    expect(bitbucket.repository(place)).toMatchObject({ uuid });
    expect(bitbucket.environments(place)).toEqual([]);
    expect(bitbucket.variables(places.repository)).toEqual([]);
  });

  test('that is renamed keeps its UUID and all that is in it, and its old slug leads nowhere until it is taken', () => {
    const { bitbucket, places, repository, environment } = acme();
    const renamed = { level: 'deployment', workspace: 'acme', repository: 'shop', environment } as const;
    bitbucket.addRepository('acme', 'other');
    bitbucket.createVariable(places.deployment, { key: 'A', value: '1' });
    expect(() => bitbucket.renameRepository('acme', 'web-shop', 'Other')).toThrow('already has the repository');
    const scopes: string[] = [];
    bitbucket.onWrite(({ scope }) => scopes.push(scope));

    bitbucket.renameRepository('acme', 'web-shop', 'shop');

    expect(refusalOf(() => bitbucket.repository(place)).status).toBe(404);
    expect(bitbucket.repository({ ...place, repository: 'shop' })).toMatchObject({ uuid: repository, slug: 'shop' });
    bitbucket.createVariable(renamed, { key: 'B', value: '2' });
    expect(scopes).toEqual(['acme/shop/Production']);
    const { uuid } = bitbucket.addRepository('acme', 'web-shop');
    expect(uuid).not.toBe(repository);
    expect(bitbucket.repository({ ...place, repository })).toMatchObject({ slug: 'shop' });
  });
});

describe('A workspace', () => {
  test('whose slug is freed and taken by somebody else is another one, which no token of the first reaches', () => {
    const { bitbucket, workspace, token } = acme();

    bitbucket.renameWorkspace('acme', 'acme-inc');
    bitbucket.addWorkspace('acme');
    bitbucket.addRepository('acme', 'web-shop');

    expect(bitbucket.workspace({ workspace: 'acme' }).uuid).not.toBe(workspace);
    expect(bitbucket.workspace({ workspace: 'acme-inc' })).toMatchObject({ uuid: workspace });
    expect(bitbucket.repository({ ...place, workspace })).toMatchObject({ full_name: 'acme-inc/web-shop' });
    const caller = bitbucket.authenticate(`Bearer ${token}`);
    expect(refusalOf(() => bitbucket.authorize(caller, 'read', place)).status).toBe(404);
    expect(() => bitbucket.authorize(caller, 'write', { ...place, workspace: 'acme-inc' })).not.toThrow();
  });

  test('that is deleted takes its repositories with it', () => {
    const { bitbucket } = acme();
    bitbucket.removeWorkspace('acme');
    expect(refusalOf(() => bitbucket.repository(place)).status).toBe(404);
    expect(bitbucket.addWorkspace('acme').uuid).toBe(bitbucket.workspace({ workspace: 'acme' }).uuid);
  });
});

describe('Over HTTP', () => {
  test.each([
    ['pipeline:variable', 403, 200],
    ['repository', 200, 200],
    ['repository:write', 200, 200],
    ['project', 200, 200],
  ])('a token with %s is answered %i for its repository and %i for its workspace', async (scope, repo, workspace) => {
    const { bitbucket, send, ...ids } = await servedAcme();
    const authorization = `Bearer ${bitbucket.addAccessToken({ workspace: 'acme', scopes: [scope] })}`;
    const [one, other] = [
      await send('/repositories/acme/web-shop', { authorization }),
      await send('/workspaces/acme', { authorization }),
    ];
    expect([one.status, other.status]).toEqual([repo, workspace]);
    expect(other.body).toMatchObject({ type: 'workspace', uuid: ids.workspace, slug: 'acme' });
    if (repo !== 200) return;
    expect(one.body).toMatchObject({ type: 'repository', uuid: ids.repository, workspace: { uuid: ids.workspace } });
  });

  test('an API token needs the read scope of each, and nothing but GET is understood', async () => {
    const { bitbucket, send } = await servedAcme();
    const statuses = async (...scopes: readonly string[]) => {
      const email = 'a@example.com';
      const authorization = `Basic ${btoa(`${email}:${bitbucket.addApiToken({ email, scopes })}`)}`;
      const sent = ['/repositories/acme/web-shop', '/workspaces/acme'].map((path) => send(path, { authorization }));
      return (await Promise.all(sent)).map(({ status }) => status);
    };
    expect(await statuses('admin:pipeline:bitbucket', 'read:pipeline:bitbucket')).toEqual([403, 403]);
    expect(await statuses('read:repository:bitbucket')).toEqual([200, 403]);
    expect(await statuses('read:workspace:bitbucket')).toEqual([403, 200]);
    expect((await send('/repositories/acme/web-shop', { method: 'DELETE' })).status).toBe(405);
  });
});
