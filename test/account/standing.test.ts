import { expect, it } from 'vitest';
import { imaginedDeployment } from '../../functions/account/imagined-deployment';
import { stand } from '../../functions/account/standing';
import { createIam } from '../../functions/aws/iam';
import { createRegistry } from '../../functions/aws/registry';
import { createSecrets } from '../../functions/aws/secrets';
import { versionIdOf } from '../../functions/core/key/version-id';
import { REGISTRY_PATH } from '../../functions/core/names';
import { newScene } from '../support/dispose';
import type { Scene } from '../support/scene';
import type { HandMadeKey } from '../support/stage';
import { whoIs } from '../support/who-is';

const portsOf = () => ({ iam: createIam(), secrets: createSecrets(), registry: createRegistry(REGISTRY_PATH) });

/** Managed keys that have one current key each; no use case has made it. */
async function kept(ids: readonly string[]): Promise<{ readonly scene: Scene; readonly made: readonly HandMadeKey[] }> {
  const scene = await newScene();
  const made = ids.map((id) => {
    scene.manage(id);
    const key = scene.createKey(`ci-${id}`);
    scene.put(id, '{}', versionIdOf({ accessKeyId: key.AccessKeyId, createdAt: key.CreateDate }));
    return key;
  });
  return { scene, made };
}

it('every managed key is looked at, with its keys and their last use, and nothing is changed', async () => {
  const { scene, made } = await kept(['b', 'a']);
  const { AccessKeyId: accessKeyId = '', SecretAccessKey = '' } = made[1] ?? {};
  await whoIs(accessKeyId, SecretAccessKey);
  scene.deleteKey('ci-b', scene.currentKey('b') ?? '');
  const from = scene.calls.length;
  const told: (readonly [number, number])[] = [];
  const { keys, unseen, survey } = await stand(portsOf(), { onKey: (...progress) => told.push(progress) });
  expect(keys.map((key) => [key.entry.id, key.keys.map((one) => one.accessKeyId), [...key.lastUsed.keys()]])).toEqual([
    ['a', [accessKeyId], [accessKeyId]],
    ['b', [], []],
  ]);
  expect(keys[0]?.lastUsed.get(accessKeyId)?.at).toBeInstanceOf(Date);
  expect([unseen, survey.managed.length]).toEqual([[], 2]);
  expect(told).toEqual([
    [1, 2],
    [2, 2],
  ]);
  expect(
    scene.calls
      .slice(from)
      .map(({ action }) => action)
      .filter((action) => !/^(List|Get|Describe)/.test(action)),
  ).toEqual([]);
});

it.each([
  ['alone, where its dates do not depend on the others', { id: 'b', maxRotations: 2 }, ['b']],
  ['with the others, where one run does not do all of them', { id: 'b', maxRotations: 1 }, ['a', 'b']],
  ['not at all, where there is none', { id: 'c', maxRotations: 2 }, []],
])('one key is looked at %s', async (_how, only, expected) => {
  await kept(['a', 'b']);
  expect((await stand(portsOf(), { only })).keys.map(({ entry }) => entry.id)).toEqual(expected);
});

it('one that cannot be looked at stops no other one (K11)', async () => {
  const { scene } = await kept(['a', 'b', 'c', 'd', 'e', 'f']);
  scene.awsFault = ({ action, input }) =>
    action === 'ListAccessKeys' && input.UserName === 'ci-d'
      ? { kind: 'error', status: 403, code: 'AccessDenied' }
      : undefined;
  const done: number[] = [];
  const { keys, unseen } = await stand(portsOf(), { onKey: (count) => done.push(count) });
  expect(done).toEqual([1, 2, 3, 4, 5, 6]);
  expect(keys.map(({ entry }) => entry.id)).toEqual(['a', 'b', 'c', 'e', 'f']);
  expect(unseen).toMatchObject([{ id: 'd', error: { code: 'aws-denied' } }]);
});

it('a deployment is imagined: its entries, empty secrets for new keys, and users that it would make', async () => {
  const { scene } = await kept(['a']);
  const now = new Date(scene.clock.now());
  const entries = [scene.entry('a'), scene.entry('new'), scene.entry('typo')];
  const ports = imaginedDeployment(portsOf(), { entries, createdUsers: new Set(['ci-new']), now });
  const from = scene.calls.length;

  const { keys, unseen, survey } = await stand(ports);

  expect(survey.entries).toEqual(entries);
  expect(survey.secrets.map(({ name }) => name).sort()).toEqual([
    'keyturn/a',
    'keyturn/connections/acme',
    'keyturn/new',
    'keyturn/typo',
  ]);
  expect(keys.map(({ entry, keys: listed }) => [entry.id, listed.length])).toEqual([
    ['a', 1],
    ['new', 0],
  ]);
  expect(keys[1]?.secret).toEqual({
    name: 'keyturn/new',
    arn: 'imagined:keyturn/new',
    createdAt: now,
    changedAt: now,
    versions: [],
    tags: {},
  });
  expect(unseen).toMatchObject([{ id: 'typo', error: { code: 'user-missing' } }]);
  const described = scene.calls.slice(from).filter(({ action }) => action === 'DescribeSecret');
  expect(described.map(({ input }) => input.SecretId)).toEqual(['keyturn/a']);
  expect(await ports.registry.get('new')).toEqual({ entry: entries[1] });
  expect(await ports.registry.get('other')).toBeUndefined();
  expect((await ports.registry.list()).invalid).toEqual([]);
  expect(await ports.secrets.describeWithUnlabelled('keyturn/new')).toMatchObject({ arn: 'imagined:keyturn/new' });
  expect((await ports.secrets.describeWithUnlabelled('keyturn/a')).versions).toHaveLength(1);
});

it('of a user that is there anything else is told as it is', async () => {
  const { scene } = await kept(['a']);
  const imagined = { entries: [scene.entry('a')], createdUsers: new Set(['ci-a']), now: new Date(scene.clock.now()) };
  const { iam } = imaginedDeployment(portsOf(), imagined);
  expect(await iam.listAccessKeys('ci-a')).toHaveLength(1);
  scene.awsFault = () => ({ kind: 'error', status: 403, code: 'AccessDenied' });
  await expect(iam.listAccessKeys('ci-a')).rejects.toMatchObject({ code: 'aws-denied' });
});
