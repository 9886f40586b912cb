import { describe, expect, it } from 'vitest';
import { newScene } from '../support/dispose';
import type { Outcome, Scene } from '../support/scene';

/** What deliveries were refused, and why. */
const refusals = ({ audits }: Outcome) =>
  audits.flatMap(({ event, key, code, message }) => (event === 'target-failed' ? [{ key, code, message }] : []));

/** Keys "one" and "two", of which each names a place in its own way. */
async function namedTwice(name: (scene: Scene) => readonly [object, object]): Promise<Scene> {
  const scene = await newScene();
  scene.manage('one');
  scene.manage('two');
  const [one, two] = name(scene);
  scene.register(scene.entry('one', { deliverTo: [{ repository: 'acme/one', ...one }] }));
  scene.register(scene.entry('two', { deliverTo: [{ repository: 'acme/one', ...two }] }));
  return scene;
}

const uuidOf = (scene: Scene) => scene.bitbucket.environments({ workspace: 'acme', repository: 'one' })[0]?.uuid ?? '';

const SPELLINGS: readonly [string, (scene: Scene) => readonly [object, object]][] = [
  ['an environment by name and by UUID', (scene) => [{}, { environment: uuidOf(scene) }]],
  [
    'an environment by name and by UUID, in another spelling of the host',
    (scene) => [{}, { environment: uuidOf(scene).slice(1, -1), repository: 'ACME/one' }],
  ],
  [
    "a repository by its slug and by another repository's name that is a UUID",
    (scene) => [{}, { repository: `acme/${scene.repositoryOf('one')}` }],
  ],
  ['a workspace by slug and by UUID', (scene) => [{}, { repository: `${scene.workspace}/one` }]],
  [
    'both in another name',
    (scene) => [{}, { repository: `${scene.workspace}/${scene.repositoryOf('one')}`, environment: uuidOf(scene) }],
  ],
];

describe('two keys whose targets turn out to be one place (K1)', () => {
  it.each(SPELLINGS)(
    'are both refused where neither was delivered before, and both are named: %s',
    async (_what, spelled) => {
      const scene = await namedTwice(spelled);
      await scene.rotate();

      const outcome = await scene.sync();

      expect(outcome.findings).toEqual(['delivery-failed', 'delivery-failed']);
      expect(refusals(outcome)).toMatchObject([
        { code: 'place-shared', message: expect.stringMatching(/also the place of the key "(one|two)"/) },
        { code: 'place-shared', message: expect.stringMatching(/also the place of the key "(one|two)"/) },
      ]);
      expect(scene.held('one').accessKeyId).toBeUndefined();
      expect([scene.isDelivered('one'), scene.isDelivered('two')]).toEqual([false, false]);
    },
  );

  it.each(SPELLINGS)('leave the one that was there first alone, in every kind of run: %s', async (_what, spelled) => {
    const scene = await namedTwice(spelled);
    const two = scene.entry('two', { deliverTo: [{ repository: 'acme/one', ...spelled(scene)[1] }] });
    scene.register(scene.entry('two'));
    await scene.rotate();
    await scene.sync();
    const held = scene.held('one').accessKeyId;
    scene.register(two);

    for (const event of [{ keys: ['two'] }, undefined, { keys: ['one', 'two'] }]) {
      const outcome = await scene.sync(event);
      expect(refusals(outcome)).toMatchObject([
        { key: 'two', code: 'place-shared', message: expect.stringContaining('"one"') },
      ]);
    }
    // It is rotated and delivered as ever.
    scene.toDay(90);
    await scene.rotate();
    expect(refusals(await scene.sync({ keys: ['one'] }))).toEqual([]);
    expect(scene.held('one').accessKeyId).not.toBe(held);
    expect(scene.held('one').accessKeyId).toBe(scene.currentKey('one'));
    expect(await scene.login('one')).toMatch(/ci-one$/);
  });

  it('do not take turns where both were delivered before anybody compared', async () => {
    const scene = await namedTwice((one) => [{}, { environment: uuidOf(one) }]);
    const [both, apart] = [
      scene.entry('two', { deliverTo: [{ repository: 'acme/one', environment: uuidOf(scene) }] }),
      scene.entry('two'),
    ];
    scene.register(apart);
    await scene.rotate();
    await scene.sync();
    scene.register(both);
    // As an earlier version has done: the second one wrote over the first one.
    const at = { level: 'deployment', workspace: 'acme', repository: 'one', environment: uuidOf(scene) } as const;
    for (const { key, uuid, secured } of scene.bitbucket.variables(at)) {
      const { accessKeyId, secretAccessKey } = scene.held('two');
      const value = key === 'AWS_ACCESS_KEY_ID' ? accessKeyId : secretAccessKey;
      scene.bitbucket.updateVariable(at, uuid, { key, value, secured });
    }
    await scene.sync();
    const seen: (string | undefined)[] = [];
    for (let day = 1; day <= 4; day++) {
      scene.toDay(day);
      await scene.sync();
      seen.push(scene.held('one').accessKeyId);
    }
    expect(new Set(seen).size).toBe(1);
  });

  it('are two where a token finds nothing under the other name', async () => {
    const scene = await namedTwice(() => [{}, { environment: '{00000000-0000-4000-8000-000000000000}' }]);
    await scene.rotate();
    const outcome = await scene.sync();
    expect(refusals(outcome)).toMatchObject([{ key: 'two', code: 'environment-not-found' }]);
    expect(scene.isDelivered('one')).toBe(true);
  });

  it('cost no request where every name is of the same kind', async () => {
    const scene = await newScene();
    scene.manage('one');
    scene.manage('two');
    await scene.rotate();
    const before = scene.hostRequests.length;
    await scene.sync();
    // Whose it is, environments, variables, the second connection, a try to write, two writes and the look back.
    expect(scene.hostRequests.length - before).toBe(2 * 8);
  });
});
