import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY } from '../../functions/core/duration';
import { typed } from '../cli/typed';
import { Scene } from '../support/scene';
import type { HandMadeKey, KeyOptions } from '../support/stage';
import { shows } from './transcript';

const PAGE = 'docs/start/migrating.md';
const PLAN = 'keyturn plan -c keyturn.yaml';
const ID = 'web-shop';
const USER = 'bitbucket-web-shop';

let scene: Scene;
let folder: string;
beforeEach(async () => {
  scene = await new Scene().start();
  folder = mkdtempSync(join(tmpdir(), 'keyturn-migrating-'));
});
afterEach(async () => {
  await scene.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What the rotator before has left: a user with keys, of which the first is in the variables. */
function left({ keys, days }: { readonly keys: number; readonly days: number }): readonly HandMadeKey[] {
  scene.addUser(USER);
  const made = Array.from({ length: keys }, () => scene.createKey(USER));
  scene.clock.advanceBy(days * DAY);
  return made;
}

async function plan(more: string) {
  const config = `connections: { acme: { bitbucket: { secret: keyturn/connections/acme } } }
keys:
  - id: ${ID}
    user: ${USER}
    ${more}
    deliverTo: [{ connection: acme, repository: acme/web-shop, environment: Production }]
`;
  writeFileSync(join(folder, 'keyturn.yaml'), config);
  const time = { now: () => new Date(scene.clock.now()), sleep: async () => {} };
  return typed(['plan', '-c', 'keyturn.yaml'], { time, folder });
}

const deploy = (options: KeyOptions = {}) => scene.manage(ID, { ...options, user: USER });
const statusOf = ({ AccessKeyId }: HandMadeKey) =>
  scene.keys(USER).find((key) => key.AccessKeyId === AccessKeyId)?.Status ?? 'deleted';

/** What becomes of a key on these days after now, on each of which the pipeline logs in with what it holds. */
async function lifeOf(key: HandMadeKey, days: readonly number[]): Promise<readonly string[]> {
  const start = scene.clock.now();
  const told: string[] = [];
  for (const day of days) {
    scene.clock.advanceTo(start + day * DAY);
    await scene.day();
    told.push(`${day}: ${statusOf(key)}`);
    expect(await scene.login(ID), `on day ${day}`).toMatch(/user\/bitbucket-web-shop$/);
  }
  return told;
}

describe('the page about moving from another rotator', () => {
  it('K1: one key: what is planned is what the page shows, and no pipeline holds a dead key', async () => {
    const [old] = left({ keys: 1, days: 120 });
    if (old === undefined) throw new Error('There is no key');
    const { code, stdout } = await plan('firstRotation: at-once');
    expect(code).toBe(0);
    shows(PAGE, { command: PLAN, output: stdout });
    deploy();
    scene.paste(ID, old);
    expect(await lifeOf(old, [0, 9, 10, 20])).toEqual(['0: Active', '9: Active', '10: Inactive', '20: deleted']);
  });

  it('when-due waits for the old key’s own day', async () => {
    const [old] = left({ keys: 1, days: 30 });
    if (old === undefined) throw new Error('There is no key');
    deploy({ firstRotation: 'when-due' });
    scene.paste(ID, old);
    await scene.day();
    expect(scene.currentKey(ID)).toBeUndefined();
    await scene.rotate({ requested: [ID] });
    await scene.sync();
    expect(scene.currentKey(ID)).not.toBe(old.AccessKeyId);
    expect(scene.isDelivered(ID)).toBe(true);
  });

  it('K10: two keys: nothing is changed, and the page shows what is said', async () => {
    const keys = left({ keys: 2, days: 120 });
    const { code, stdout } = await plan('adopt: keep');
    expect(code).toBe(1);
    shows(PAGE, { command: PLAN, output: stdout, nth: 1 });
    deploy();
    const [rotated] = await scene.day();
    expect(rotated?.findings).toContain('two-keys');
    expect(keys.map(statusOf)).toEqual(['Active', 'Active']);
    scene.deleteKey(USER, keys[1]?.AccessKeyId ?? '');
    await scene.day();
    expect(scene.currentKey(ID)).toBeDefined();
  });

  it('replace-idle retires the one that nobody has used, before it makes one', async () => {
    const [, idle] = left({ keys: 2, days: 120 });
    deploy({ adopt: 'replace-idle' });
    await scene.day();
    expect([scene.keys(USER).length, scene.currentKey(ID)]).toEqual([2, undefined]);
    expect(scene.keys(USER).filter(({ Status }) => Status === 'Inactive')).toHaveLength(1);
    expect(idle).toBeDefined();
  });

  it('K5: a rotator that still runs makes a foreign key, and Keyturn touches none', async () => {
    left({ keys: 0, days: 0 });
    deploy();
    await scene.day();
    const theirs = scene.createKey(USER);
    scene.clock.advanceBy(DAY);
    const [rotated] = await scene.day();
    expect(rotated?.findings).toContain('foreign-key');
    expect(statusOf(theirs)).toBe('Active');
  });
});
