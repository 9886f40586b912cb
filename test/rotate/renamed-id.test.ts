import { describe, expect, it } from 'vitest';
import { secretName, TAG } from '../../functions/core/names';
import { deliveredKey, supersededKey } from '../support/converge';
import type { Outcome, Scene } from '../support/scene';

/** Deploys the key `shop` under another id: its parameter is gone, and its secret is retained. */
function rename(scene: Scene, id = 'store'): void {
  scene.account.invoke(scene.admin, 'ssm', 'DeleteParameter', { Name: '/keyturn/keys/shop' });
  scene.account.invoke(scene.admin, 'secretsmanager', 'CreateSecret', { Name: secretName(id) });
  const environment = { repository: 'acme/shop' };
  scene.register(scene.entry(id, { user: 'ci-shop', deliverTo: [environment] }));
}

const codes = (outcomes: readonly Outcome[]) => outcomes.flatMap(({ findings }) => findings);
const changes = (outcomes: readonly Outcome[]) =>
  outcomes
    .flatMap(({ audits }) => audits.map(({ event }) => event))
    .filter((event) => /key-(created|deactivated|deleted)/.test(event));

describe('a key that gets another id', () => {
  it('in an overlap goes on where the retained secret left off, and is not blocked by two keys (K8, K14)', async () => {
    const { scene, old } = await supersededKey();
    const current = scene.currentKey('shop') ?? '';
    scene.toDay(95);
    rename(scene);
    const first = await scene.day();
    expect(codes(first)).toEqual(['unmanaged-secret', 'taking-over']);
    expect(first[0]?.audits.find(({ reason }) => reason === 'taking-over')?.message).toContain(
      `${current} is current and ${old} is superseded. That one is made Inactive from 2026-04-11 on`,
    );
    expect(first[0]?.summary.mostOverdueDays).toBe(0);
    const done: [number, readonly string[]][] = [];
    for (const day of [99, 100, 105, 110, 111]) {
      scene.toDay(day);
      done.push([day, changes(await scene.day())]);
      expect(await scene.login('shop')).toContain(':user/ci-shop');
    }
    expect(done).toEqual([
      [99, []],
      [100, ['key-deactivated']],
      [105, []],
      [110, ['key-deleted']],
      [111, ['key-created']],
    ]);
    expect(scene.held('shop').accessKeyId).toBe(scene.currentKey('store'));
    scene.toDay(190);
    await scene.day();
    expect(scene.keys('ci-shop').map(({ Status }) => Status)).toContain('Active');
    expect(scene.currentKey('store')).not.toBe(current);
  });

  it('outside of an overlap is rotated at once, and its old key retires in the ordinary way', async () => {
    const scene = await deliveredKey();
    const current = scene.currentKey('shop') ?? '';
    scene.toDay(30);
    rename(scene);
    expect(codes(await scene.day())).toEqual(['unmanaged-secret']);
    expect(scene.currentKey('store')).not.toBe(current);
    expect(scene.held('shop').accessKeyId).toBe(scene.currentKey('store'));
    scene.toDay(31);
    expect((await scene.rotate()).findings).toEqual(['unmanaged-secret']);
  });

  it('leaves a foreign key foreign, before and after its own first key (K5)', async () => {
    const scene = await deliveredKey();
    scene.toDay(20);
    const foreign = scene.createKey('ci-shop').AccessKeyId;
    scene.toDay(30);
    rename(scene);
    const run = await scene.rotate();
    expect(run.findings).toEqual(['unmanaged-secret', 'foreign-key', 'two-keys']);
    for (const day of [130, 160]) {
      scene.toDay(day);
      expect(changes(await scene.day())).toEqual([]);
    }
    expect(scene.keys('ci-shop').map(({ AccessKeyId }) => AccessKeyId)).toContain(foreign);
  });

  it('with two young keys keeps its pause, and says on which secret it stands (K14)', async () => {
    const { scene } = await supersededKey();
    scene.setTag('shop', TAG.paused, '2026-05-01 alice freeze');
    scene.toDay(105);
    rename(scene);
    const [run] = await scene.day();
    expect(run?.audits.find(({ reason }) => reason === 'paused')?.message).toContain('of keyturn/shop to go on sooner');
    expect(scene.keys('ci-shop').map(({ Status }) => Status)).toEqual(['Active', 'Active']);
  });

  it('and whose current key somebody made Inactive says so, and takes nothing from the retained secret', async () => {
    const { scene } = await supersededKey();
    scene.setStatus('ci-shop', scene.currentKey('shop') ?? '', 'Inactive');
    scene.toDay(95);
    rename(scene);
    const run = await scene.rotate();
    expect(run.findings).toEqual(['unmanaged-secret', 'current-key-inactive', 'two-keys']);
    expect(run.summary.failed).toBe(0);
  });

  it('does not take over the secret of another user', async () => {
    const { scene } = await supersededKey();
    scene.account.invoke(scene.admin, 'ssm', 'DeleteParameter', { Name: '/keyturn/keys/shop' });
    scene.manage('blog');
    const { audits, findings } = await scene.rotate();
    expect(findings).toEqual(['unmanaged-secret']);
    expect(audits.find(({ reason }) => reason === 'unmanaged-secret')?.message).toContain('keep it for as long as');
  });
});

describe('a secret that is left over', () => {
  it('is told once a day, and not every hour', async () => {
    const scene = await deliveredKey();
    scene.account.invoke(scene.admin, 'ssm', 'DeleteParameter', { Name: '/keyturn/keys/shop' });
    scene.toDay(1);
    const outcomes = await scene.day();
    for (let hour = 0; hour < 5; hour++) {
      scene.hours(1);
      outcomes.concat(await scene.sync());
    }
    expect(scene.recorded().filter(({ reason }) => reason === 'unmanaged-secret')).toHaveLength(1);
  });
});
