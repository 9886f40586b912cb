import { describe, expect, it } from 'vitest';
import type { RegistryEntry } from '../../functions/core/config/registry';
import { registryParameterName, TAG } from '../../functions/core/names';
import { deliveredKey, expectLogin } from '../support/converge';
import { newScene } from '../support/dispose';
import { policyThatPins } from '../support/policy-that-pins';
import type { Outcome, Scene } from '../support/scene';
import { STACK } from '../support/stage';

/** What somebody writes who may write parameters, and nothing else. */
function forge(scene: Scene, id: string, change: Partial<RegistryEntry>): void {
  scene.parameter(id, JSON.stringify({ ...scene.entry(id), ...change }));
}

const CHANGES = [
  'CreateAccessKey',
  'UpdateAccessKey',
  'DeleteAccessKey',
  'PutSecretValue',
  'TagResource',
  'UntagResource',
  'UpdateSecretVersionStage',
  'GetSecretValue',
];
const changes = (scene: Scene, from: number) =>
  scene.calls.slice(from).flatMap(({ action }) => (CHANGES.includes(action) ? [action] : []));
const foundIn = ({ audits }: Outcome) =>
  audits.flatMap(({ event, key, reason, outcome }) => (event === 'finding' ? [`${key} ${reason} ${outcome}`] : []));
const mails = (scene: Scene) => scene.account.sns.messages.map(({ subject }) => subject);

const elsewhere = (scene: Scene): Partial<RegistryEntry> => ({
  targets: scene.entry('shop', { deliverTo: [{ repository: 'acme/theirs' }] }).targets,
});

describe('an entry that no deployment has written is acted on by nobody (K5, K11)', () => {
  it.each<[string, (scene: Scene) => Partial<RegistryEntry>]>([
    ['a target of their own', elsewhere],
    [
      'another path of the host',
      (scene) => ({ connections: scene.entry('x', { url: `${scene.bitbucketUrl}/x` }).connections }),
    ],
    [
      "another connection's secret",
      (scene) => ({ connections: scene.entry('x', { connectionSecret: 'keyturn/b' }).connections }),
    ],
    ['another user', () => ({ user: 'ci-other' })],
    [
      'dates to their liking',
      (scene) => ({
        policy: { ...scene.entry('shop').policy, rotateAfter: 365, deactivateAfter: 400, deleteAfter: 500 },
      }),
    ],
    ['no target any more', () => ({ targets: [] })],
  ])('%s: nothing is changed and nothing sent, it is told in its second hour, and others go on', async (_, change) => {
    const scene = await deliveredKey();
    scene.manage('other');
    forge(scene, 'shop', change(scene));
    scene.hours(24);
    await scene.rotate();
    const [calls, requests] = [scene.calls.length, scene.hostRequests.length];

    const first = await scene.sync();

    expect(foundIn(first)).toContain('shop not-deployed held');
    expect(first.summary.delivered).toBe(1);
    expect(mails(scene)).toEqual([]);
    const ofShop = scene.calls.slice(calls).filter(({ input }) => input.SecretId === 'keyturn/shop');
    expect(new Set(ofShop.map(({ action }) => action))).toEqual(new Set(['GetResourcePolicy']));
    expect(scene.hostRequests.slice(requests).filter(({ path }) => !/\/acme\/other(\/|$)/.test(path))).toEqual([]);
    scene.hours(1);
    forge(scene, 'shop', change(scene));
    await scene.sync();
    expect(mails(scene)).toEqual(['Keyturn: shop: its registry entry is not what was deployed; nothing is broken']);
    await expectLogin(scene);

    scene.register(scene.entry('shop'));
    scene.hours(21);
    expect((await scene.sync()).findings).toEqual([]);
  });

  it('a rotation, a deactivation and a deletion that are due wait, and happen when the entry is the deployed one again', async () => {
    const scene = await deliveredKey();
    const [first] = scene.keys('ci-shop');
    for (const [day, work] of [
      [90, () => scene.rotate()],
      [101, () => scene.deactivate()],
      [112, () => scene.delete()],
    ] as const) {
      scene.toDay(day);
      await scene.sync();
      forge(scene, 'shop', { policy: { ...scene.entry('shop').policy, holdLimit: 30 } });
      const from = scene.calls.length;
      expect(foundIn(await work()), String(day)).toContain('shop not-deployed held');
      expect(changes(scene, from)).toEqual([]);
      scene.register(scene.entry('shop'));
      expect((await work()).findings).not.toContain('not-deployed');
      expect(changes(scene, from)).not.toEqual([]);
      await scene.sync();
    }
    expect(scene.keys('ci-shop').map(({ AccessKeyId }) => AccessKeyId)).not.toContain(first?.AccessKeyId);
  });

  it('of a key that is delivered nowhere rotate says it every day, although nothing is due', async () => {
    const scene = await newScene();
    scene.manage('shop', { deliverTo: [] });
    await scene.rotate();
    await scene.sync();
    forge(scene, 'shop', { targets: [], policy: { ...scene.entry('shop').policy, holdLimit: 30 } });
    scene.hours(24);
    expect(foundIn(await scene.rotate())).toEqual(['shop not-deployed held']);
    expect(mails(scene)).toEqual([]);
    scene.hours(24);
    await scene.rotate();
    expect(mails(scene)).toHaveLength(1);
  });
});

it('a deployment that has written the policy and not yet the entry is no attack, and nobody is told', async () => {
  const scene = await deliveredKey();
  const next = scene.entry('shop', { deliverTo: [{}, { region: 'eu-west-1' }] });
  scene.pin('shop', JSON.stringify(next));
  scene.hours(21);
  expect(foundIn(await scene.sync())).toEqual(['shop not-deployed held']);
  scene.parameter('shop', JSON.stringify(next));
  scene.hours(1);
  expect((await scene.sync()).summary.delivered).toBe(1);
  expect(mails(scene)).toEqual([]);
});

it('a key whose secret has no word of a deployment waits for one, and its own policy says so', async () => {
  const scene = await deliveredKey();
  const ResourcePolicy = JSON.stringify({ Version: '2012-10-17', Statement: [] });
  scene.account.invoke(scene.admin, 'secretsmanager', 'PutResourcePolicy', {
    SecretId: 'keyturn/shop',
    ResourcePolicy,
  });
  scene.hours(21);
  const outcome = await scene.sync();
  expect(outcome.audits.find(({ reason }) => reason === 'not-deployed')?.message).toContain(
    'No deployment of this version',
  );
});

it('a policy that may not be read says nothing for its secret; one that could not be read stops its own key only', async () => {
  const scene = await deliveredKey();
  scene.hours(21);
  scene.awsFault = ({ action }) =>
    action === 'GetResourcePolicy' ? { kind: 'error', status: 400, code: 'AccessDeniedException' } : undefined;
  expect((await scene.sync()).findings).toEqual(['not-deployed']);
  scene.awsFault = ({ action }) =>
    action === 'GetResourcePolicy' ? { kind: 'error', status: 400, code: 'InvalidRequestException' } : undefined;
  expect((await scene.sync()).findings).toEqual(['step-failed']);
});

it('without the record people are told at once', async () => {
  const scene = await deliveredKey();
  forge(scene, 'shop', elsewhere(scene));
  scene.awsFault = ({ action }) =>
    action === 'FilterLogEvents' ? { kind: 'error', status: 400, code: 'InvalidParameterException' } : undefined;
  scene.hours(24);
  const outcome = await scene.rotate();
  expect(outcome.findings).toEqual([]);
  const asked = await scene.sync({ keys: ['shop'] });
  expect(asked.audits.find(({ reason, event }) => event === 'finding' && reason === 'not-deployed')?.outcome).toBe(
    'held',
  );
  expect(mails(scene)).toHaveLength(1);
});

describe('a secret that no stack of the deployment made is acted on by nobody (K5, K12)', () => {
  /** What somebody makes who may create secrets and write parameters: its own policy says whatever they like. */
  function plant(scene: Scene, id: string, user: string): void {
    scene.deployedBy = { stacks: new Set([STACK]), existing: new Set() };
    const SecretId = `keyturn/${id}`;
    scene.account.invoke(scene.admin, 'secretsmanager', 'CreateSecret', { Name: SecretId });
    const entry = JSON.stringify(scene.entry(id, { user, deliverTo: [{ repository: 'acme/theirs' }] }));
    const ResourcePolicy = policyThatPins(entry);
    scene.account.invoke(scene.admin, 'secretsmanager', 'PutResourcePolicy', { SecretId, ResourcePolicy });
    scene.parameter(id, entry);
  }

  it.each(['ci-shop', 'CI-Shop', 'ci-nobody'])(
    '%s gets no key into it, and keys of the deployment go on',
    async (user) => {
      const scene = await deliveredKey();
      scene.addUser('ci-nobody');
      plant(scene, 'evil', user);
      scene.toDay(90);
      const keys = scene.keys('ci-shop').length;

      const outcome = await scene.rotate();
      await scene.sync();

      expect(outcome.audits.find(({ key, reason }) => key === 'evil' && reason === 'not-deployed')?.message).toContain(
        'No stack of this deployment made the secret keyturn/evil',
      );
      expect(outcome.summary.rotated).toBe(1);
      expect(scene.keys('ci-shop')).toHaveLength(keys + 1);
      expect(scene.describe('evil')).not.toHaveProperty('VersionIdsToStages');
      expect(scene.isDelivered('shop')).toBe(true);
    },
  );

  it('goes on after no retained one of the same user: what pipelines still hold goes nowhere else', async () => {
    const scene = await deliveredKey();
    scene.account.invoke(scene.admin, 'ssm', 'DeleteParameter', { Name: registryParameterName('shop') });
    scene.bitbucket.addRepository('acme', 'theirs');
    scene.bitbucket.addEnvironment('acme', 'theirs', 'Production');
    plant(scene, 'evil', 'ci-shop');
    scene.hours(21);
    const from = scene.calls.length;

    const outcomes = [await scene.rotate(), await scene.sync(), await scene.sync({ keys: ['evil'] })];

    expect(outcomes.flatMap(foundIn)).toContain('evil not-deployed held');
    expect(outcomes.flatMap(({ findings }) => findings)).not.toContain('taking-over');
    expect(changes(scene, from)).toEqual([]);
    expect(scene.bitbucket.pipelineVariables('acme', 'theirs', 'Production')).toEqual({});
  });

  it('is taken over by no key, in a run that somebody asks for either', async () => {
    const scene = await deliveredKey();
    scene.addUser('ci-store');
    const theirs = scene.createKey('ci-store');
    plant(scene, 'past', 'ci-store');
    scene.account.invoke(scene.admin, 'ssm', 'DeleteParameter', { Name: registryParameterName('past') });
    scene.setTag('past', TAG.user, 'ci-store');
    const at = theirs.CreateDate.toISOString().replace(/[-:]|\.\d+/g, '');
    scene.put('past', '{}', `access-key-${theirs.AccessKeyId}-${at}`);
    scene.manage('store');
    const from = scene.calls.length;
    expect(await scene.sync({ keys: ['store'] })).toMatchObject({ findings: [], thrown: undefined });
    expect(changes(scene, from)).toEqual([]);
  });

  it('one that the deployment took over is, whoever made it', async () => {
    const scene = await deliveredKey();
    plant(scene, 'taken', 'ci-taken');
    scene.addUser('ci-taken');
    scene.deployedBy = { stacks: new Set([STACK]), existing: new Set(['taken']) };
    expect((await scene.rotate()).summary.rotated).toBe(1);
  });

  it('its versions speak for no key of a user: what somebody made by hand stays theirs', async () => {
    const scene = await deliveredKey();
    const mine = scene.createKey('ci-shop');
    plant(scene, 'evil', 'ci-shop');
    scene.account.invoke(scene.admin, 'ssm', 'DeleteParameter', { Name: '/keyturn/keys/evil' });
    scene.setTag('evil', 'keyturn:user', 'ci-shop');
    const at = mine.CreateDate.toISOString().replace(/[-:]|\.\d+/g, '');
    scene.put('evil', '{}', `access-key-${mine.AccessKeyId}-${at}`);
    for (const day of [101, 115, 130]) {
      scene.toDay(day);
      await scene.day();
    }
    expect(scene.keys('ci-shop')).toContainEqual(
      expect.objectContaining({ AccessKeyId: mine.AccessKeyId, Status: 'Active' }),
    );
  });
});

it('of two deployed entries of one user, in whatever case, neither is acted on, as when one of before is put back (K10)', async () => {
  const scene = await deliveredKey();
  scene.manage('before', { user: 'ci-shop' });
  scene.register(scene.entry('before', { user: 'CI-Shop', deliverTo: [{ repository: 'acme/shop' }] }));
  scene.manage('other');
  scene.toDay(90);
  const outcome = await scene.rotate();
  expect(foundIn(outcome)).toContain('shop not-deployed held');
  expect(outcome.audits.find(({ reason, key }) => reason === 'not-deployed' && key === 'shop')?.message).toContain(
    'The key "before" has the same user',
  );
  expect(outcome.summary.rotated).toBe(1);
  expect(scene.keys('ci-shop')).toHaveLength(1);
  // Of one that was not deployed the other takes no notice.
  const other = { ...scene.entry('before', { user: 'ci-shop' }), adopt: 'replace-idle' };
  scene.parameter('before', JSON.stringify(other));
  expect((await scene.rotate()).summary.rotated).toBe(1);
  expect(scene.keys('ci-shop')).toHaveLength(2);
});
