import { describe, expect, it } from 'vitest';
import type { BitbucketFault } from '../../local/hosts/bitbucket/server';
import { delivered, expectLogin, expectSettled } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Outcome, Scene } from '../support/scene';

const opened = ({ audits }: Outcome) =>
  audits.filter(({ event, reason }) => event === 'finding' && reason === 'breaker-open');
const rotated = ({ audits }: Outcome) => audits.flatMap(({ event, key }) => (event === 'key-stored' ? [key] : []));

describe('the breaker', () => {
  it('stops all rotations when three keys are undelivered for over an hour, until delivery works again (K1)', async () => {
    const scene = await newScene();
    for (const id of ['a', 'b', 'c', 'd', 'e']) await delivered(scene, id);
    scene.toDay(90);
    scene.hostFault = () => ({ kind: 'status', status: 503 });
    expect(rotated(await scene.rotate({ maxRotations: 3 }))).toHaveLength(3);
    await scene.sync();
    scene.hours(0.5);
    expect((await scene.rotate({ maxRotations: 1 })).findings).not.toContain('breaker-open');

    scene.toDay(91);
    const open = await scene.rotate();
    expect(rotated(open)).toEqual([]);
    expect(open.findings).toContain('breaker-open');
    expect(open.audits.find(({ reason }) => reason === 'breaker-open')).toMatchObject({
      outcome: 'blocked',
      message: expect.stringMatching(
        /"a" since .*"b" since .*"c" since .*"d" since 2026-04-01T03:3\d:\d\d\.000Z did not/,
      ),
    });
    expect(scene.account.sns.messages.at(-1)?.message).toContain('[breaker-open]');

    scene.hostFault = undefined;
    await scene.sync();
    const closed = await scene.rotate();
    expect(closed.findings).not.toContain('breaker-open');
    expect(closed.summary.rotated).toBeGreaterThan(0);
    await scene.sync();
    for (const id of ['a', 'b', 'c', 'd', 'e']) {
      expect(scene.keys(`ci-${id}`)).toHaveLength(2);
      await expectSettled(scene, id);
    }
  });

  it('still repairs a key that somebody deleted by hand (K1)', async () => {
    const scene = await newScene();
    for (const id of ['a', 'b', 'c', 'd']) await delivered(scene, id);
    scene.toDay(89);
    scene.hostFault = ({ path }) => (/\/d(\/|$)/.test(path) ? undefined : { kind: 'status', status: 503 });
    await scene.rotate({ requested: ['a', 'b', 'c'] });
    await scene.sync();
    scene.deleteKey('ci-d', scene.currentKey('d') ?? '');
    scene.toDay(91);
    const open = await scene.rotate();
    expect(open.findings).toEqual(expect.arrayContaining(['breaker-open', 'current-key-missing']));
    expect(rotated(open)).toEqual(['d']);
    await scene.sync();
    await expectSettled(scene, 'd');
  });

  it('lets what an operator asks for by name pass, due or not (K1)', async () => {
    const scene = await newScene();
    for (const id of ['a', 'b', 'c', 'd', 'e']) await delivered(scene, id);
    scene.toDay(80);
    await scene.rotate({ requested: ['e'] });
    await scene.sync();
    scene.toDay(89);
    scene.hostFault = ({ path }) => (/\/[de]\//.test(path) ? undefined : { kind: 'status', status: 503 });
    await scene.rotate({ requested: ['a', 'b', 'c'] });
    await scene.sync();
    scene.toDay(91);
    scene.deleteKey(
      'ci-e',
      scene.keys('ci-e').find(({ AccessKeyId }) => AccessKeyId !== scene.currentKey('e'))?.AccessKeyId ?? '',
    );
    expect(rotated(await scene.rotate())).toEqual([]);
    const asked = await scene.rotate({ requested: ['d', 'e'] });
    expect(asked.findings).toContain('breaker-open');
    expect(rotated(asked).sort()).toEqual(['d', 'e']);
    expect(
      asked.audits
        .filter(({ event }) => event === 'key-stored')
        .map(({ key, reason }) => `${key} ${reason}`)
        .sort(),
    ).toEqual(['d due', 'e requested']);
  });

  it('is not opened by a change of targets, which makes every key wait at once', async () => {
    const scene = await newScene();
    const ids = ['a', 'b', 'c', 'd'];
    for (const id of ids) await delivered(scene, id);
    scene.toDay(90);
    for (const id of ids) {
      scene.bitbucket.addEnvironment('acme', id, 'Staging');
      scene.register(scene.entry(id, { deliverTo: [{}, { environment: 'Staging' }] }));
    }
    expect((await scene.rotate()).findings).not.toContain('breaker-open');
    scene.hours(1.1);
    expect((await scene.rotate()).findings).toContain('breaker-open');
    await scene.sync();
    scene.hours(0.4);
    expect((await scene.rotate()).summary.rotated).toBe(4);
  });
});

describe('one dead host among several', () => {
  /** Keys of a connection of their own; its host is the same program, and is dead by their paths. */
  async function twoHosts(dead: readonly string[], alive: readonly string[]): Promise<Scene> {
    const scene = await newScene();
    scene.secret('keyturn/connections/globex', JSON.stringify({ accessToken: scene.token }));
    for (const id of dead) scene.manage(id, { connectionSecret: 'keyturn/connections/globex' });
    for (const id of alive) scene.manage(id);
    await scene.rotate();
    await scene.sync();
    scene.toDay(89);
    scene.hostFault = ({ path }) => (dead.some((id) => path.includes(`/${id}/`)) ? GONE : undefined);
    await scene.rotate({ requested: dead });
    return scene;
  }
  const GONE = { kind: 'status', status: 503 } as const;

  it('stops the rotation of its own keys, names itself, and stops no other key, year after year (K8, K11)', async () => {
    const scene = await twoHosts(['a', 'b', 'c'], ['d', 'e']);
    for (const day of [90, 180, 270]) {
      scene.toDay(day);
      await scene.sync();
      scene.hours(0.1);
      const open = await scene.rotate();
      expect(rotated(open).sort()).toEqual(['d', 'e']);
      expect(opened(open)).toMatchObject([
        { outcome: 'blocked', facts: { secret: 'keyturn/connections/globex', host: scene.bitbucketUrl } },
      ]);
      await scene.sync();
      for (const id of ['d', 'e']) await expectSettled(scene, id);
      scene.toDay(day + 10);
      scene.hours(0.2);
      await scene.sync();
      await scene.deactivate();
      scene.toDay(day + 20);
      scene.hours(1);
      await scene.delete();
      for (const id of ['d', 'e']) expect(scene.keys(`ci-${id}`)).toHaveLength(1);
    }
    for (const id of ['a', 'b', 'c']) await expectLogin(scene, id);
  });

  it('that comes back is caught up with: its keys are delivered, and due ones rotated the day after (K9)', async () => {
    const scene = await twoHosts(['a', 'b', 'c', 'f'], ['d']);
    scene.toDay(180);
    await scene.sync();
    expect((await scene.rotate()).findings).toContain('breaker-open');
    scene.hostFault = undefined;
    await scene.sync();
    scene.toDay(181);
    await scene.sync();
    for (const id of ['a', 'b', 'c', 'f', 'd']) await expectLogin(scene, id);
    const closed = await scene.rotate();
    expect(closed.findings).not.toContain('breaker-open');
  });

  it('is asked about in the record; where that cannot be read, stuck keys count for all that they need', async () => {
    const scene = await twoHosts(['a', 'b', 'c'], ['d']);
    scene.toDay(90);
    await scene.sync();
    scene.hours(0.1);
    scene.awsFault = ({ action }) =>
      action === 'FilterLogEvents' ? { kind: 'error', status: 400, code: 'AccessDeniedException' } : undefined;
    const open = await scene.rotate();
    expect(opened(open)).toHaveLength(1);
    expect(rotated(open)).toEqual(['d']);
  });
});

describe('what is the trouble of one key', () => {
  const ids = ['a', 'b', 'c', 'd', 'e'];

  it.each<[string, (scene: Scene, id: string) => void]>([
    [
      'an environment that is gone',
      (scene, id) => {
        const [environment] = scene.bitbucket.environments({ workspace: 'acme', repository: id });
        scene.bitbucket.removeEnvironment('acme', id, environment?.uuid ?? '');
      },
    ],
    ['a repository that is gone', (scene, id) => refuse(scene, id, { kind: 'status', status: 404 })],
    ['an entry that the host refuses', (scene, id) => refuse(scene, id, { kind: 'status', status: 400 })],
    ['a place that the token may not write', (scene, id) => refuse(scene, id, { kind: 'status', status: 403 })],
  ])('opens no breaker, however many keys have it: %s (K8, K11)', async (_what, breaks) => {
    const scene = await newScene();
    for (const id of ids) await delivered(scene, id);
    scene.toDay(89);
    for (const id of ['a', 'b', 'c']) breaks(scene, id);
    await scene.rotate({ requested: ['a', 'b', 'c'] });
    scene.toDay(90);
    await scene.sync();
    scene.hours(0.1);
    const outcome = await scene.rotate();
    expect(outcome.findings).not.toContain('breaker-open');
    expect(rotated(outcome).sort()).toEqual(['d', 'e']);
    await scene.sync();
    for (const id of ['d', 'e']) await expectSettled(scene, id);
  });
});

/** From now on, besides what is refused already. */
function refuse(scene: Scene, id: string, fault: BitbucketFault): void {
  const before = scene.hostFault;
  scene.hostFault = (request) => (request.path.includes(`/${id}/`) ? fault : before?.(request));
}
