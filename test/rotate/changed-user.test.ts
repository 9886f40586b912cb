import { describe, expect, it } from 'vitest';
import { DAY } from '../../functions/core/duration';
import { delivered, deliveredKey, supersededKey } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Outcome, Scene } from '../support/scene';
import { type HandMadeKey, START } from '../support/stage';
import { whoIs } from '../support/who-is';

/** Deploys the key `shop` with another user. */
function changeUser(scene: Scene, user: string): void {
  scene.register(scene.entry('shop', { user }));
}

const messages = ({ audits }: Outcome) =>
  audits.flatMap(({ event, reason, message }) => (event === 'finding' ? [`${reason}: ${message}`] : []));

const changesOf = (outcomes: readonly Outcome[]) =>
  outcomes
    .flatMap(({ audits }) => audits.map(({ event }) => event))
    .filter((event) => /key-(created|deactivated|deleted)/.test(event));

/** A delivered key whose user becomes, on day 110, one with two keys; nobody ever uses the first of them. */
async function movedToTwoKeys(adopt: 'keep' | 'replace-idle', daysMade: readonly [number, number]) {
  const scene = await newScene({ start: START - 365 * DAY });
  scene.addUser('deploy');
  const made: HandMadeKey[] = [];
  for (const day of [...daysMade, 0, 90, 100, 110].sort((a, b) => a - b)) {
    scene.toDay(day);
    if (day === 0) await delivered(scene);
    else if (daysMade.includes(day)) made.push(scene.createKey('deploy'));
    else await scene.day();
  }
  scene.register(scene.entry('shop', { user: 'deploy', adopt }));
  const [idle, used] = made;
  const use = () => whoIs(used?.AccessKeyId ?? '', used?.SecretAccessKey ?? '');
  return { scene, idle: idle?.AccessKeyId ?? '', use };
}

describe("changing a key's user", () => {
  it('makes and delivers the first key of the new user at once, and accuses nobody of deleting one (K14)', async () => {
    const scene = await deliveredKey();
    const old = scene.currentKey('shop');
    scene.toDay(20);
    scene.addUser('deploy');
    changeUser(scene, 'deploy');
    const run = await scene.rotate();
    expect(run.findings).toEqual(['user-changed']);
    expect(messages(run)[0]).toContain(
      `was changed from ci-shop to deploy. The keys of ci-shop, ${old} among them, go on`,
    );
    expect(run.audits.find(({ event }) => event === 'key-created')).toMatchObject({ reason: 'user-changed' });
    await scene.sync();
    expect(await scene.login('shop')).toContain(':user/deploy');
    expect(scene.keys('ci-shop')).toMatchObject([{ AccessKeyId: old, Status: 'Active' }]);
  });

  it('follows both keys of the old user to their end, with the dates (K14)', async () => {
    const { scene } = await supersededKey();
    scene.toDay(95);
    scene.addUser('deploy');
    changeUser(scene, 'deploy');
    await scene.day();
    const found: [number, readonly string[]][] = [];
    for (const day of [96, 104, 106, 117]) {
      scene.toDay(day);
      const outcomes = await scene.day();
      found.push([day, outcomes.flatMap(messages)]);
    }
    const [before, still, due] = found.map(([, words]) => words);
    expect(before).toEqual([
      expect.stringMatching(
        /was ci-shop before it was deploy, and ci-shop still has 2 keys \(2 Active\).* from 2026-04-16 on/,
      ),
    ]);
    expect(still).toHaveLength(1);
    expect(due?.[0]).toMatch(/Inactive now.*delete it after 2026-04-26/);
    expect(scene.account.sns.messages.filter(({ message }) => message.includes('Inactive now'))).toHaveLength(2);
    for (const { AccessKeyId } of scene.keys('ci-shop')) scene.deleteKey('ci-shop', AccessKeyId);
    scene.toDay(118);
    expect((await scene.rotate()).findings).toEqual([]);
    expect(scene.tag('shop')).not.toHaveProperty('keyturn:former-users');
  });

  it('twice follows both users before; back again takes the key that still works (K1, K14)', async () => {
    const { scene } = await supersededKey();
    const first = scene.currentKey('shop');
    scene.addUser('b');
    scene.addUser('c');
    for (const [day, user] of [
      [100, 'b'],
      [101, 'c'],
    ] as const) {
      scene.toDay(day);
      changeUser(scene, user);
      await scene.rotate();
      await scene.sync();
    }
    scene.toDay(102);
    const run = await scene.rotate();
    expect(run.findings).toEqual(['user-changed', 'user-changed']);
    expect(messages(run).join()).toMatch(/ci-shop still has 2 keys.*and b still has 1 key/);
    changeUser(scene, 'ci-shop');
    scene.toDay(103);
    const back = await scene.rotate();
    expect(back.findings).toContain('user-changed');
    expect(back.findings).not.toContain('current-key-missing');
    expect(scene.currentKey('shop')).toBe(first);
    await scene.sync();
    expect(await scene.login('shop')).toContain(':user/ci-shop');
  });

  it('to one that another key had keeps that one out of it: it is told and retired as that key says', async () => {
    const scene = await newScene();
    for (const id of ['shop', 'blog']) await delivered(scene, id);
    scene.toDay(20);
    scene.addUser('deploy');
    changeUser(scene, 'deploy');
    scene.register(scene.entry('blog', { user: 'ci-shop' }));
    const run = await scene.rotate();
    expect(run.findings.filter((code) => code.startsWith('current-key'))).toEqual([]);
    await scene.sync();
    expect(await scene.login('shop')).toContain(':user/deploy');
    expect(await scene.login('blog')).toContain(':user/ci-shop');
  });

  it.each<[string, [number, number]]>([
    ['before the secret', [-200, -150]],
    ['after the secret', [5, 6]],
  ])('to one with two keys, made %s: the idle one makes room, with its recovery (K4, K10)', async (_when, made) => {
    const { scene, idle, use } = await movedToTwoKeys('replace-idle', made);
    const done: [number, readonly string[]][] = [];
    for (const day of [111, 112, 121, 122, 123]) {
      await use();
      scene.toDay(day);
      const outcomes = await scene.day();
      expect(outcomes.flatMap(({ findings }) => findings)).not.toContain('current-key-missing');
      done.push([day, changesOf(outcomes)]);
      expect(await scene.login('shop')).toContain(day < 122 ? ':user/ci-shop' : ':user/deploy');
    }
    expect(done).toEqual([
      [111, ['key-deactivated']],
      [112, []],
      [121, ['key-deleted']],
      [122, ['key-created']],
      [123, []],
    ]);
    expect(scene.keys('deploy').map(({ AccessKeyId }) => AccessKeyId)).not.toContain(idle);
    expect(scene.isDelivered('shop')).toBe(true);
  });

  it('to one with two keys that are kept says what a person can do, and that is enough (K10, K14)', async () => {
    const { scene, idle } = await movedToTwoKeys('keep', [5, 6]);
    for (const day of [120, 140]) {
      scene.toDay(day);
      const outcomes = await scene.day();
      expect(changesOf(outcomes)).toEqual([]);
      const [told] = outcomes;
      expect(told?.findings).toEqual(['user-changed', 'two-keys']);
      expect(told && messages(told)[1]).toMatch(/Delete the one that nobody uses .* or set "adopt: replace-idle"/);
    }
    scene.deleteKey('deploy', idle);
    scene.toDay(141);
    expect(changesOf(await scene.day())).toEqual(['key-created']);
    expect(await scene.login('shop')).toContain(':user/deploy');
  });

  it('to one that does not exist yet leaves everything as it is, and is done when it does', async () => {
    const scene = await deliveredKey();
    scene.toDay(20);
    changeUser(scene, 'deploy');
    expect((await scene.rotate()).findings).toEqual(['user-missing']);
    expect((await scene.sync()).findings).toEqual([]);
    expect(await scene.login('shop')).toContain(':user/ci-shop');
    scene.addUser('deploy');
    scene.toDay(21);
    expect((await scene.rotate()).findings).toEqual(['user-changed']);
  });

  it('is done again when a run dies before it has written that down (K9)', async () => {
    const scene = await deliveredKey();
    scene.toDay(20);
    scene.addUser('deploy');
    changeUser(scene, 'deploy');
    scene.awsFault = ({ action, input }) =>
      action === 'TagResource' && JSON.stringify(input).includes('keyturn:former-users')
        ? { kind: 'error', status: 400, code: 'AccessDeniedException' }
        : undefined;
    await scene.rotate();
    scene.awsFault = undefined;
    await scene.sync();
    expect(await scene.login('shop')).toContain(':user/deploy');
    scene.toDay(21);
    expect((await scene.rotate()).findings).toEqual(['user-changed']);
    await scene.sync();
    scene.toDay(22);
    expect((await scene.rotate()).findings).toEqual(['user-changed']);
    expect(scene.keys('deploy')).toHaveLength(2);
  });
});

it('a user that was moved to another managed key: that one leaves alone what the first one still delivers (K1, K3)', async () => {
  const { scene } = await supersededKey();
  const held = scene.currentKey('shop') ?? '';
  // The first one's new user is not there, so its pipelines go on with the key that they have.
  changeUser(scene, 'nobody-yet');
  scene.manage('moved', { user: 'ci-shop' });
  for (const { AccessKeyId } of scene.keys('ci-shop'))
    if (AccessKeyId !== held) scene.deleteKey('ci-shop', AccessKeyId);
  for (const day of [1, 2, 15, 70, 85, 87].map((later) => 101 + later)) {
    scene.toDay(day);
    await scene.day();
  }
  expect(scene.keys('ci-shop').find(({ AccessKeyId }) => AccessKeyId === held)?.Status).toBe('Active');
  expect(scene.currentKey('moved')).toBeDefined();
  await scene.login('shop');
});
