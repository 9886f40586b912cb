import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { planSchema } from '../../cli/documents/plan';
import { DAY } from '../../functions/core/duration';
import { Scene } from '../support/scene';
import { typed } from './typed';

let scene: Scene;
let folder: string;
beforeEach(async () => {
  scene = await new Scene().start();
  folder = mkdtempSync(join(tmpdir(), 'keyturn-plan-'));
  return async () => {
    await scene.close();
    rmSync(folder, { recursive: true, force: true });
  };
});

async function plan(...args: readonly string[]) {
  const time = { now: () => new Date(scene.clock.now()), sleep: async () => {} };
  return typed(['plan', ...args], { time, folder });
}

async function document(...args: readonly string[]) {
  const { code, stdout, stderr } = await plan('--json', ...args);
  if (stdout === '') throw new Error(stderr);
  const read = planSchema.parse(JSON.parse(stdout));
  return { code, ...read, told: read.foreseen.map(({ at, does, key }) => `${at.slice(0, 10)} ${does} ${key}`) };
}

const CONFIG = `connections:
  acme:
    bitbucket: { secret: keyturn/connections/acme }
keys:
  - id: shop
    user: ci-shop
    deliverTo: [{ connection: acme, repository: acme/shop, environment: Production }]
  - id: fresh
    user: ci-fresh
    createUser: true
    deliverTo: [{ connection: acme, repository: acme/fresh, environment: Production }]
`;

describe('keyturn plan', () => {
  it('says what the runs of the days to come then do', async () => {
    scene.manage('shop');
    await scene.day();
    scene.clock.advanceBy(30 * DAY);
    const { code, told } = await document();
    expect({ code, told }).toEqual({
      code: 0,
      told: [
        '2026-04-01 rotate shop',
        '2026-04-01 deliver shop',
        '2026-04-11 deactivate shop',
        '2026-04-21 delete shop',
      ],
    });
    const done: string[] = [];
    for (const day of [89, 90, 99, 100, 109, 110, 111]) {
      scene.clock.advanceTo(Date.parse('2026-01-01T03:45:00Z') + day * DAY);
      for (const { audits } of await scene.day()) {
        for (const { event, time, key } of audits) {
          const does = DEEDS[event];
          if (does !== undefined) done.push(`${time.slice(0, 10)} ${does} ${key}`);
        }
      }
    }
    expect(done).toEqual(told);
  });

  it('is a calendar in the terminal, in 80 columns', async () => {
    scene.manage('shop');
    await scene.day();
    const { code, stdout } = await plan();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^120 days from 2026-01-01, 1 managed key\n/);
    expect(stdout).toMatch(
      /2026-04-01 in 90 days\n {2}shop: rotate\n\n2026-04-11 in 100 days\n {2}shop: deactivate AKIA\w{16} \(in use: by 2026-04-21\)/,
    );
    expect(stdout).toContain('1 rotation, 1 deactivation, 1 deletion.');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('says before the first deployment what it would do, to users that it makes too, and writes nothing', async () => {
    scene.addUser('ci-shop');
    scene.createKey('ci-shop');
    writeFileSync(join(folder, 'keyturn.yaml'), CONFIG);
    const from = scene.account.trail.length;
    const { told, before, unseen } = await document('-c', 'keyturn.yaml', '--days', '30');
    expect(told).toEqual([
      '2026-01-01 rotate fresh',
      '2026-01-01 rotate shop',
      '2026-01-01 deliver fresh',
      '2026-01-01 deliver shop',
    ]);
    expect({ before, unseen }).toEqual({ before: [], unseen: [] });
    expect(scene.account.trail.slice(from)).toEqual([]);
  });

  it('shows what another policy changes', async () => {
    scene.manage('shop');
    await scene.day();
    const { stdout } = await plan('--policy', 'rotate=60,deactivate=70,delete=80', '--days', '95');
    expect(stdout).toContain('+ is new, - does not come any more');
    expect(stdout).toMatch(/2026-03-02 in 60 days\n\+ shop: rotate\n/);
    expect(stdout).toMatch(/2026-04-01 in 90 days\n- shop: rotate\n/);
  });

  it('says which control a policy is short of, and on how many days of a year', async () => {
    scene.manage('shop');
    await scene.day();
    expect((await plan()).stdout).toMatch(/What auditors will count[\s\S]*cis-1\.14\n {2}CIS AWS Foundations/);
    const { shortfalls } = await document('--policy', 'cis');
    expect(shortfalls.map(({ control }) => control)).not.toContain('cis-1.14');
  });

  it('says of a key that is only observed what would be done (K14)', async () => {
    scene.manage('shop', { mode: 'observe' });
    await scene.day();
    const { foreseen } = await document('--days', '30');
    expect(foreseen.map(({ does, observed }) => ({ does, observed }))).toEqual([
      { does: 'rotate', observed: true },
      { does: 'deliver', observed: true },
    ]);
    expect((await plan('--days', '30')).stdout).toContain('shop: would rotate (first)');
  });

  it('tells what will stand in the way, with 1', async () => {
    scene.addUser('ci-shop');
    scene.createKey('ci-shop');
    scene.createKey('ci-shop');
    writeFileSync(join(folder, 'keyturn.yaml'), CONFIG);
    const { code, obstacles } = await document('-c', 'keyturn.yaml');
    expect(code).toBe(1);
    expect(obstacles).toContainEqual(expect.objectContaining({ code: 'two-keys', key: 'shop', severity: 'attention' }));
  });

  it('names what it can say nothing of: an entry that cannot be read, a secret that is gone', async () => {
    scene.manage('shop');
    scene.manage('api');
    scene.manage('web');
    await scene.day();
    scene.parameter('api', '{');
    scene.account.invoke(scene.admin, 'secretsmanager', 'DeleteSecret', {
      SecretId: 'keyturn/web',
      ForceDeleteWithoutRecovery: true,
    });
    const { code, unseen, keys } = await document();
    expect({ code, keys: keys.map(({ id }) => id) }).toEqual({ code: 3, keys: ['shop'] });
    expect(unseen.map(({ id }) => id).sort()).toEqual(['api', 'web']);
  });

  it('draws it as a picture that says the same in words, and replaces no file', async () => {
    scene.manage('shop');
    await scene.day();
    expect((await plan('--html', 'plan.html')).code).toBe(0);
    const page = readFileSync(join(folder, 'plan.html'), 'utf8');
    expect(page).toContain('<title>2026-04-01 shop: rotate</title>');
    expect(page).toContain('if it is in use, by 2026-04-21');
    expect(page).not.toMatch(/<script|https?:/);
    const again = await plan('--html', 'plan.html');
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('--force') });
  });

  it.each([
    [['--policy', 'rotate=100'], /--policy, for key "shop": /],
    [['--policy', 'rotat=60'], /expected standard, cis or rotate=…, deactivate=…, .* found "rotat=60"/],
    [['--policy', 'rotate=90d'], /found "rotate=90d"/],
    [['--days', '0'], /expected a whole number/],
    [['-c', 'nowhere.yaml'], /nowhere\.yaml: expected a configuration, found no such file.*keyturn init/],
  ])('%j is refused with what was expected', async (args, says) => {
    scene.manage('shop');
    await scene.day();
    const { code, stderr } = await plan(...args);
    expect(stderr).toMatch(says);
    expect(code).toBe(2);
  });
});

const DEEDS: Readonly<Record<string, string>> = {
  'key-stored': 'rotate',
  'version-delivered': 'deliver',
  'key-deactivated': 'deactivate',
  'key-deleted': 'delete',
};
