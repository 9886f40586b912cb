import { describe, expect, it, onTestFinished } from 'vitest';
import { DAY } from '../../functions/core/duration';
import { typed } from '../cli/typed';
import { ONE_KEY, ONE_ROLE, synthesize } from '../infra/synthesized';
import { DeployedScene } from '../support/deployed-scene';
import { read } from './documents';
import { shows } from './transcript';

const DOCUMENT = 'docs/operate/uninstall.md';
const PAGE = read(DOCUMENT);

/** Two keys, of which one was rotated yesterday because somebody asked. */
async function inAnOverlap(): Promise<DeployedScene> {
  const scene = await new DeployedScene().start();
  onTestFinished(() => scene.close());
  for (const id of ['image-builder', 'web-shop']) scene.manage(id);
  await scene.day();
  scene.clock.advanceBy(60 * DAY);
  await scene.rotate({ requested: ['web-shop'] });
  await scene.sync();
  scene.clock.advanceBy(DAY);
  await scene.day();
  return scene;
}

describe('the page about uninstalling', () => {
  it('names everything that CloudFormation leaves, and nothing else', () => {
    const { Resources } = synthesize({
      ...ONE_KEY,
      keys: ONE_KEY.keys.map((key) => ({ ...key, createUser: true })),
      roles: [ONE_ROLE],
      trail: 'create',
      encryption: 'customer-managed',
      audit: { archive: { years: 7 }, report: {} },
    });
    const kept = Object.values(Resources).filter(({ DeletionPolicy }) => DeletionPolicy?.startsWith('Retain'));
    const named = [...PAGE.matchAll(/^\|[^|]*\| `(AWS::\w+::\w+)` \|/gm)].map(([, type]) => type);
    expect([...new Set(named)].sort()).toEqual([...new Set(kept.map(({ Type }) => Type))].sort());
    expect(kept.filter(({ UpdateReplacePolicy }) => UpdateReplacePolicy !== 'Retain')).toEqual([]);
  });

  it('shows what the command says of a key that is settled and of one that is not', async () => {
    const scene = await inAnOverlap();
    const time = { now: () => new Date(scene.clock.now()), sleep: async () => {} };
    const { code, stdout } = await typed(['status'], { time });
    expect(code).toBe(0);
    shows(DOCUMENT, { command: 'keyturn status', output: stdout });
  });

  it('names the commands of the page where nothing is half, and none before', async () => {
    const scene = await inAnOverlap();
    const time = { now: () => new Date(scene.clock.now()), sleep: async () => {} };
    const ready = await typed(['uninstall'], { time });
    expect([ready.code, ready.stdout]).toEqual([
      0,
      expect.stringContaining('npx cdk destroy --all -c config=keyturn.yaml'),
    ]);
    await scene.rotate({ requested: ['image-builder'] });
    const half = await typed(['uninstall'], { time });
    expect([half.code, half.stdout]).toEqual([1, expect.stringContaining('keyturn deliver image-builder')]);
    expect(half.stdout).not.toContain('cdk destroy');
  });

  it('K1: hands a key back with one that is Active, and in its place', async () => {
    const scene = await inAnOverlap();
    const current = scene.currentKey('web-shop');
    const [old] = scene.keys('ci-web-shop').filter(({ AccessKeyId }) => AccessKeyId !== current);
    scene.setStatus('ci-web-shop', old?.AccessKeyId ?? '', 'Inactive');
    expect(await scene.login('web-shop')).toMatch(/user\/ci-web-shop$/);
    scene.deleteKey('ci-web-shop', old?.AccessKeyId ?? '');
    expect(scene.keys('ci-web-shop')).toMatchObject([{ AccessKeyId: current, Status: 'Active' }]);
    expect(await scene.login('web-shop')).toMatch(/user\/ci-web-shop$/);
    const { stdout } = await typed(['status', '--json'], {
      time: { now: () => new Date(scene.clock.now()), sleep: async () => {} },
    });
    expect(JSON.parse(stdout).keys).toMatchObject([{ others: [] }, { current: { accessKeyId: current }, others: [] }]);
    expect(scene.material.filter((secret) => stdout.includes(secret))).toEqual([]);
  });
});
