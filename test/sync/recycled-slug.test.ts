import { describe, expect, it } from 'vitest';
import { registryParameterName, secretName, TAG } from '../../functions/core/names';
import { expectLogin, expectSettled } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Outcome, Scene } from '../support/scene';

const ACME = 'keyturn/connections/acme';
const PRODUCTION = 'bitbucket acme/shop environment Production';
const bare = (uuid: string) => uuid.replace(/[{}]/g, '');
const happened = ({ audits }: Outcome, name: string) => audits.filter(({ event }) => event === name);

/** The connection's token may also read what a repository is. */
function mayRead(scene: Scene, ...scopes: readonly string[]): void {
  const accessToken = scene.bitbucket.addAccessToken({ workspace: 'acme', scopes: ['pipeline:variable', ...scopes] });
  const SecretString = JSON.stringify({ accessToken });
  scene.account.invoke(scene.admin, 'secretsmanager', 'PutSecretValue', { SecretId: ACME, SecretString });
}

/** A key that is delivered, through a token that may read whose the repository is. */
async function identified(options: Parameters<Scene['manage']>[1] = {}): Promise<Scene> {
  const scene = await newScene();
  mayRead(scene, 'repository');
  scene.manage('shop', options);
  await scene.rotate();
  await scene.sync();
  await expectLogin(scene);
  return scene;
}

/** Deletes the repository; somebody makes another one of its name, with everything that a delivery looks for. */
function recycle(scene: Scene): string {
  scene.bitbucket.removeRepository('acme', 'shop');
  const { uuid } = scene.bitbucket.addRepository('acme', 'shop');
  scene.bitbucket.addEnvironment('acme', 'shop', 'Production');
  return uuid;
}

/** The same key under another id: its secret is retained, and the new one is empty. */
function rename(scene: Scene): void {
  scene.account.invoke(scene.admin, 'ssm', 'DeleteParameter', { Name: registryParameterName('shop') });
  scene.account.invoke(scene.admin, 'secretsmanager', 'CreateSecret', { Name: secretName('store') });
  scene.register(scene.entry('store', { user: 'ci-shop', deliverTo: [{ repository: 'acme/shop' }] }));
}

async function rotatedOnDay(scene: Scene, day: number): Promise<Outcome> {
  scene.toDay(day);
  await scene.rotate();
  return scene.sync();
}

const ids = (scene: Scene, repository = scene.repositoryOf('shop')) => `${bare(scene.workspace)}/${bare(repository)}`;

describe('a key that was delivered to a repository', () => {
  it('is kept with whose that is: a request before and one after, one tag, and one line of the record', async () => {
    const scene = await newScene();
    mayRead(scene, 'repository');
    scene.manage('shop');
    await scene.rotate();
    const outcome = await scene.sync();
    expect(scene.hostRequests.filter(({ kind }) => kind === 'repository')).toHaveLength(2);
    expect(scene.tag('shop')[TAG.places]).toMatch(new RegExp(`^[\\w-]{6}=${ids(scene)}$`));
    expect(happened(outcome, 'target-delivered')).toMatchObject([{ facts: { identity: ids(scene) } }]);

    const [requests, tagged] = [scene.hostRequests.length, scene.calls.length];
    scene.hours(21);
    expect(happened(await scene.sync(), 'check-recorded')).toMatchObject([{ facts: { seen: [PRODUCTION] } }]);
    expect(scene.hostRequests.slice(requests).map(({ kind }) => kind)).toEqual(['environments', 'variables']);
    expect(scene.calls.slice(tagged).filter(({ action }) => action === 'TagResource')).toHaveLength(1);
  });

  it('does not go to another one of its name, until a deployment names that one by its IDs', async () => {
    const scene = await identified();
    const old = scene.currentKey('shop');
    const stranger = recycle(scene);

    const outcome = await rotatedOnDay(scene, 90);

    expect(outcome.findings).toContain('place-replaced');
    expect(happened(outcome, 'target-failed')).toMatchObject([
      { target: PRODUCTION, code: 'place-replaced', message: expect.stringContaining(ids(scene)) },
    ]);
    expect(happened(outcome, 'target-failed')[0]?.message).toContain(ids(scene, stranger));
    expect(scene.held('shop')).toEqual({ accessKeyId: undefined, secretAccessKey: undefined });
    expect(scene.hostRequests.filter(({ method, path }) => method !== 'GET' && path.includes('/shop/')).length).toBe(3);
    expect(scene.isDelivered('shop')).toBe(false);
    // Whoever has kept the old one is not cut off, however long it takes (K3).
    for (const day of [101, 115]) {
      scene.toDay(day);
      for (const { findings, thrown } of await scene.day()) expect([thrown, findings]).not.toContain('step-failed');
    }
    expect(scene.keys('ci-shop').find(({ AccessKeyId }) => AccessKeyId === old)?.Status).toBe('Active');
    expect(scene.held('shop').accessKeyId).toBeUndefined();

    scene.register(scene.entry('shop', { deliverTo: [{ repository: `${scene.workspace}/${stranger}` }] }));
    expect((await scene.sync()).findings).toEqual([]);
    await expectSettled(scene);
    // It stands by its IDs now: nothing has to be kept.
    expect(scene.tag('shop')[TAG.places]).toBe('');
    // And so is the name, when the configuration comes back to it.
    scene.register(scene.entry('shop'));
    expect((await scene.sync()).findings).toEqual([]);
    expect(scene.tag('shop')[TAG.places]).toContain(ids(scene, stranger));
  });

  it('that comes to be another one of its name while it is written to is not called delivered, and what went there is told (K1, K3)', async () => {
    const scene = await identified();
    const old = scene.currentKey('shop');
    let stranger: string | undefined;
    // Whose it is was asked, and what it holds is not.
    scene.hostFault = ({ kind }) => {
      if (kind === 'environments') stranger ??= recycle(scene);
      return undefined;
    };

    const outcome = await rotatedOnDay(scene, 90);

    expect(outcome.findings).toContain('place-replaced');
    const [failed] = happened(outcome, 'target-failed');
    expect(failed).toMatchObject({ target: PRODUCTION, code: 'place-replaced' });
    expect(failed?.message).toContain(ids(scene, stranger));
    expect(failed?.message).toContain(`keyturn rotate shop --compromised --key ${scene.currentKey('shop')}.`);
    expect(scene.isDelivered('shop')).toBe(false);
    for (const day of [91, 101, 115]) {
      scene.toDay(day);
      await scene.day();
    }
    expect(scene.keys('ci-shop').find(({ AccessKeyId }) => AccessKeyId === old)?.Status).toBe('Active');
    expect(scene.isDelivered('shop')).toBe(false);
  });

  it('does not go to another one of its name under another id either, which makes its first key at once', async () => {
    const scene = await identified();
    const kept = scene.tag('shop')[TAG.places];
    scene.toDay(30);
    recycle(scene);
    rename(scene);

    const outcomes = [await scene.rotate(), await scene.sync()];
    expect(outcomes.flatMap(({ audits }) => audits.map(({ event }) => event))).toContain('key-stored');
    expect(outcomes.flatMap(({ findings }) => findings)).toContain('place-replaced');
    expect(scene.held('shop')).toEqual({ accessKeyId: undefined, secretAccessKey: undefined });
    expect(scene.tag('shop')[TAG.places]).toBe(kept);
  });

  it('is known to be its own under another id, also when the secret of the one before is gone', async () => {
    const scene = await identified();
    const kept = scene.tag('shop')[TAG.places];
    scene.toDay(30);
    rename(scene);
    await scene.rotate();
    expect((await scene.sync()).findings).toEqual([]);
    expect(scene.tag('store')[TAG.places]).toBe(kept);
  });

  it.each<[string, (scene: Scene) => void]>([
    [
      'a workspace whose slug somebody else has taken',
      (scene) => {
        scene.bitbucket.renameWorkspace('acme', 'acme-inc');
        const { uuid } = scene.bitbucket.addWorkspace('acme');
        expect(uuid).not.toBe(scene.workspace);
        scene.bitbucket.addRepository('acme', 'shop');
        scene.bitbucket.addEnvironment('acme', 'shop', 'Production');
        // An account that was let in there, as the stranger likes.
        const email = 'ci@example.com';
        const may = ['pipeline', 'repository', 'workspace'].map((what) => `read:${what}:bitbucket`);
        const apiToken = scene.bitbucket.addApiToken({ email, scopes: ['admin:pipeline:bitbucket', ...may] });
        const SecretString = JSON.stringify({ email, apiToken });
        scene.account.invoke(scene.admin, 'secretsmanager', 'PutSecretValue', { SecretId: ACME, SecretString });
      },
    ],
    [
      'the old one renamed out of the way',
      (scene) => {
        scene.bitbucket.renameRepository('acme', 'shop', 'shop-old');
        scene.bitbucket.addRepository('acme', 'SHOP');
        scene.bitbucket.addEnvironment('acme', 'shop', 'Production');
      },
    ],
    [
      'one that looks alike, variables and all',
      (scene) => {
        const { accessKeyId: value = '' } = scene.held('shop');
        recycle(scene);
        const [{ uuid: environment = '' } = {}] = scene.bitbucket.environments({
          workspace: 'acme',
          repository: 'shop',
        });
        const at = { level: 'deployment', workspace: 'acme', repository: 'shop', environment } as const;
        scene.bitbucket.createVariable(at, { key: 'AWS_ACCESS_KEY_ID', value, secured: false });
        scene.bitbucket.createVariable(at, { key: 'AWS_SECRET_ACCESS_KEY', value: 'hush', secured: true });
      },
    ],
  ])('goes no more to %s: found within a day as drift, and told as what it is', async (_what, deed) => {
    const scene = await identified();
    scene.hours(21);
    await scene.sync();
    deed(scene);
    const before = scene.held('shop');
    scene.hours(21);
    expect((await scene.sync()).findings).toEqual(['drifted', 'place-replaced']);
    expect(scene.held('shop')).toEqual(before);
    expect(scene.isDelivered('shop')).toBe(false);
  });

  it('is delivered again to an environment that was made anew in the same repository (K13)', async () => {
    const scene = await identified();
    scene.hours(21);
    await scene.sync();
    scene.bitbucket.removeEnvironment('acme', 'shop', 'Production');
    scene.bitbucket.addEnvironment('acme', 'shop', 'Production');
    scene.hours(21);
    expect((await scene.sync()).findings).toEqual(['drifted']);
    await expectSettled(scene);
  });

  it('follows a repository that was renamed, when the configuration says its new name', async () => {
    const scene = await identified();
    scene.bitbucket.renameRepository('acme', 'shop', 'web');
    scene.register(scene.entry('shop', { deliverTo: [{ repository: 'acme/web' }] }));
    const outcome = await scene.sync();
    expect(outcome.findings).toEqual([]);
    expect(happened(outcome, 'target-delivered')).toMatchObject([{ facts: { identity: ids(scene) } }]);
    expect(scene.tag('shop')[TAG.places]?.split(' ')).toHaveLength(1);
  });
});

describe('one target of several that is another place now', () => {
  it('stops no other, and stays known while others are delivered to (K11)', async () => {
    const scene = await newScene();
    mayRead(scene, 'repository');
    scene.bitbucket.addRepository('acme', 'other');
    scene.bitbucket.addEnvironment('acme', 'other', 'Production');
    scene.manage('shop', {
      deliverTo: [
        {},
        { repository: 'acme/other' },
        { repository: undefined, environment: undefined, workspace: 'acme' },
      ],
    });
    await scene.rotate();
    expect((await scene.sync()).findings).toEqual([]);
    const places = scene.tag('shop')[TAG.places];
    expect(places?.split(' ')).toHaveLength(3);
    expect(places).toMatch(new RegExp(`=${bare(scene.workspace)}( |$)`));
    recycle(scene);

    const outcome = await rotatedOnDay(scene, 90);

    expect(outcome.findings).toContain('place-replaced');
    expect(happened(outcome, 'target-delivered').map(({ target }) => target)).toEqual(
      expect.arrayContaining(['bitbucket acme/other environment Production', 'bitbucket workspace acme']),
    );
    expect(scene.tag('shop')[TAG.places]).toBe(places);
    expect((await scene.sync()).findings).toContain('place-replaced');
  });
});

describe('a token that may not read whose a repository is', () => {
  it('stops no delivery, and the record says so each time; from the day on that it may, the place is known', async () => {
    const scene = await newScene();
    scene.manage('shop');
    await scene.rotate();
    const outcome = await scene.sync();
    expect(outcome.findings).toEqual([]);
    expect(happened(outcome, 'target-delivered')).toMatchObject([
      { facts: { identity: 'not identified: the token may not read it, or the host did not say' } },
    ]);
    expect(scene.tag('shop')[TAG.places]).toBeUndefined();
    scene.hours(21);
    expect(happened(await scene.sync(), 'check-recorded')).toMatchObject([{ facts: { notIdentified: [PRODUCTION] } }]);

    mayRead(scene, 'repository');
    scene.hours(21);
    expect(happened(await scene.sync(), 'check-recorded')[0]?.facts).not.toHaveProperty('notIdentified');
    expect(scene.tag('shop')[TAG.places]).toContain(ids(scene));
    recycle(scene);
    expect((await rotatedOnDay(scene, 90)).findings).toContain('place-replaced');

    // What a token may not read any more cannot be compared; what is known stays known.
    mayRead(scene);
    expect((await scene.sync()).findings).toEqual(['place-unidentified']);
    expect(scene.tag('shop')[TAG.places]).toContain(ids(scene));
  });

  it('though it might once is told with every delivery and look, until it may again', async () => {
    const scene = await identified();
    mayRead(scene);
    const outcome = await rotatedOnDay(scene, 90);
    expect(outcome.findings).toEqual(['place-unidentified']);
    expect(happened(outcome, 'finding')[0]?.message).toMatch(/Give it the scope "repository"/);
    await expectLogin(scene);
    for (const _day of [1, 2]) {
      scene.hours(21);
      expect((await scene.sync()).findings).toEqual(['place-unidentified']);
    }

    mayRead(scene, 'repository');
    scene.hours(21);
    expect((await scene.sync()).findings).toEqual([]);
    expect(scene.tag('shop')[TAG.places]).toMatch(new RegExp(`^[\\w-]{6}=${ids(scene)}$`));
    const requests = scene.hostRequests.length;
    scene.hours(21);
    expect((await scene.sync()).findings).toEqual([]);
    expect(scene.hostRequests.slice(requests).map(({ kind }) => kind)).toEqual(['environments', 'variables']);
  });

  it('though it might once is told of a stranger from the day on that it may again', async () => {
    const scene = await identified();
    recycle(scene);
    mayRead(scene);
    expect((await rotatedOnDay(scene, 90)).findings).toContain('place-unidentified');
    mayRead(scene, 'repository');
    scene.hours(21);
    expect((await scene.sync()).findings).toEqual(['drifted', 'place-replaced']);
  });

  it('is not blamed while the host does not answer', async () => {
    const scene = await identified();
    mayRead(scene);
    await rotatedOnDay(scene, 90);
    scene.hostFault = ({ kind }) => (kind === 'repository' ? { kind: 'status', status: 500 } : undefined);
    scene.hours(21);
    expect((await scene.sync()).findings).toEqual([]);
    expect(scene.tag('shop')[TAG.places]).toContain('+');
  });

  it('and one that may not even ask is no token that is refused', async () => {
    const scene = await newScene();
    scene.hostFault = ({ kind }) => (kind === 'repository' ? { kind: 'status', status: 401 } : undefined);
    scene.manage('shop');
    await scene.rotate();
    expect((await scene.sync()).findings).toEqual([]);
    await expectSettled(scene);
  });

  it.each<[string, (scene: Scene) => void]>([
    ['a stranger’s', recycle],
    ['its own', () => undefined],
  ])(
    'but where it is known, a token that is refused (401) gives no key to the place: it may be %s',
    async (_whose, deed) => {
      const scene = await identified();
      deed(scene);
      const before = scene.held('shop');
      scene.hostFault = ({ kind }) => (kind === 'repository' ? { kind: 'status', status: 401 } : undefined);
      const requests = scene.hostRequests.length;
      const outcome = await rotatedOnDay(scene, 90);
      expect(outcome.findings).toContain('token-rejected');
      expect(happened(outcome, 'target-failed')).toMatchObject([{ target: PRODUCTION, code: 'token-rejected' }]);
      expect(scene.hostRequests.slice(requests).filter(({ method }) => method !== 'GET')).toEqual([]);
      expect(scene.held('shop')).toEqual(before);
      expect(scene.isDelivered('shop')).toBe(false);
    },
  );

  it.each([500, 429])(
    'but a host that answers %i has to be asked again: nothing is written meanwhile',
    async (status) => {
      const scene = await identified();
      recycle(scene);
      scene.hostFault = ({ kind }) => (kind === 'repository' ? { kind: 'status', status } : undefined);
      const { findings } = await rotatedOnDay(scene, 90);
      expect(findings).toContain('delivery-failed');
      expect(scene.held('shop').accessKeyId).toBeUndefined();
    },
  );
});

describe('a repository whose workspace the token did not see', () => {
  it('is the same with it, and another one is another', async () => {
    const scene = await identified();
    const places = scene.tag('shop')[TAG.places] ?? '';
    const Tags = [{ Key: TAG.places, Value: places.replace(`${bare(scene.workspace)}/`, '') }];
    scene.account.invoke(scene.admin, 'secretsmanager', 'TagResource', { SecretId: 'keyturn/shop', Tags });
    expect((await rotatedOnDay(scene, 90)).findings).toEqual([]);
    await expectLogin(scene);
    scene.account.invoke(scene.admin, 'secretsmanager', 'TagResource', { SecretId: 'keyturn/shop', Tags });
    recycle(scene);
    expect((await rotatedOnDay(scene, 180)).findings).toContain('place-replaced');
  });
});

describe('a host that does not say whose a place is', () => {
  it.each([
    { kind: 'status', status: 500 },
    { kind: 'status', status: 429 },
    { kind: 'status', status: 200, body: { uuid: 4711 } },
  ] as const)('keeps no key from a place of which nothing is known, nor from the others: $status', async (fault) => {
    const scene = await newScene();
    mayRead(scene, 'repository');
    scene.hostFault = ({ kind }) => (kind === 'repository' ? fault : undefined);
    for (const id of ['shop', 'other']) scene.manage(id);
    await scene.rotate();
    expect((await scene.sync()).findings).toEqual([]);
    for (const id of ['shop', 'other']) expect(scene.held(id).accessKeyId).toBe(scene.currentKey(id));
    scene.hours(21);
    expect((await scene.sync()).findings).toEqual([]);
    scene.hostFault = undefined;
    scene.hours(21);
    await scene.sync();
    expect(scene.tag('shop')[TAG.places]).toContain(ids(scene));
  });
});

describe('that whose a place is cannot be kept', () => {
  it('leaves the delivery complete, and the next look keeps it', async () => {
    const scene = await newScene();
    mayRead(scene, 'repository');
    scene.manage('shop');
    await scene.rotate();
    scene.awsFault = ({ action, input }) =>
      action === 'TagResource' && JSON.stringify(input).includes(TAG.places)
        ? { kind: 'error', status: 400, code: 'InvalidRequestException' }
        : undefined;
    expect((await scene.sync()).findings).toEqual([]);
    await expectSettled(scene);
    expect(scene.tag('shop')[TAG.places]).toBeUndefined();
    scene.awsFault = undefined;
    scene.hours(21);
    await scene.sync();
    expect(scene.tag('shop')[TAG.places]).toContain(ids(scene));
  });
});
