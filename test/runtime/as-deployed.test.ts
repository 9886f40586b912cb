import { describe, expect, it } from 'vitest';
import type { RegistryEntry } from '../../functions/core/config/registry';
import { deliveredKey, expectLogin } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Outcome, Scene } from '../support/scene';

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
    expect(ofShop.map(({ action }) => action)).toEqual(['GetResourcePolicy']);
    expect(scene.hostRequests.slice(requests).filter(({ path }) => !path.includes('/acme/other/'))).toEqual([]);
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
