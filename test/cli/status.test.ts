import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchedSchema } from '../../cli/documents/fetched';
import { statusSchema } from '../../cli/documents/status';
import { whySchema } from '../../cli/documents/why';
import { DAY, HOUR } from '../../functions/core/duration';
import { TAG } from '../../functions/core/names';
import { Scene } from '../support/scene';
import { typed } from './typed';

let scene: Scene;
beforeEach(async () => {
  scene = await new Scene().start();
  scene.manage('web-shop-production', { deliverTo: [{ environment: 'Production' }, { environment: 'Staging' }] });
  scene.bitbucket.addEnvironment('acme', 'web-shop-production', 'Staging');
  scene.manage('api');
  return () => scene.close();
});
let calls: number;
afterEach(() =>
  expect(scene.calls.slice(calls).filter(({ action }) => /^(Put|Tag|Untag|Update|Create|Delete)/.test(action))).toEqual(
    [],
  ),
);

/** The command at the scene's time, with the rights of the account's administrator. */
async function status(...args: readonly string[]) {
  calls = scene.calls.length;
  const time = { now: () => new Date(scene.clock.now()), sleep: async () => {} };
  return typed(['status', ...args], { time });
}

async function document(...args: readonly string[]) {
  const { code, stdout } = await status('--json', ...args);
  return { code, ...statusSchema.parse(JSON.parse(stdout)) };
}

describe('keyturn status', () => {
  it("says that it checks no seal of the provider's record, which has some", () => {
    expect(fetchedSchema.description).toContain('this look checks no seal');
    const page = readFileSync(resolve(__dirname, '../../docs/operate/cli.md'), 'utf8');
    expect(page).toContain('**This look checks no seal.**');
    for (const text of [fetchedSchema.description, page]) expect(text).not.toMatch(/(has|have) no seal/);
  });

  it('says where each key stands and what comes next, and changes nothing', async () => {
    await scene.day();
    scene.clock.advanceBy(12 * DAY);
    await scene.day();
    const { code, keys } = await document();
    expect(code).toBe(0);
    expect(keys.map(({ id }) => id)).toEqual(['api', 'web-shop-production']);
    const [, shop] = keys;
    expect(shop).toMatchObject({
      user: 'ci-web-shop-production',
      current: { status: 'Active', ageDays: 12 },
      delivered: {
        places: [
          'bitbucket acme/web-shop-production environment Production',
          'bitbucket acme/web-shop-production environment Staging',
        ],
      },
      others: [],
      findings: [],
    });
    expect(shop?.next.map(({ at, does }) => `${at.slice(0, 10)} ${does}`)).toEqual([
      '2026-04-01 rotate',
      '2026-04-01 deliver',
      '2026-04-11 deactivate',
      '2026-04-21 delete',
    ]);
  });

  it('gives one key, and the life of its access key, the dates that it has among all', async () => {
    const third = scene.manage('third');
    scene.register({ ...third, policy: { ...third.policy, rotateAfter: 60, deactivateAfter: 70, deleteAfter: 80 } });
    await scene.day();
    const cap = ['--max-rotations', '1'];
    const { keys } = await document(...cap);
    const dates = new Map(keys.map(({ id, next }) => [id, next]));
    expect(new Set(keys.map(({ next }) => next[0]?.at)).size).toBe(3);
    for (const { id, current } of keys.slice(1)) {
      const alone = await document(id, ...cap);
      expect(alone.keys.map((key) => [key.id, key.next])).toEqual([[id, dates.get(id)]]);
      const time = { now: () => new Date(scene.clock.now()), sleep: async () => {} };
      const told = await typed(['why', current?.accessKeyId ?? '', '--json', ...cap], { time });
      const ofThis = dates.get(id)?.filter(({ accessKeyId }) => accessKeyId === current?.accessKeyId);
      expect(whySchema.parse(JSON.parse(told.stdout)).next).toEqual(ofThis);
    }
  });

  it('fits into 80 columns, and breaks no ID', async () => {
    await scene.day();
    const { code, stdout } = await status();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^2 managed keys in 111122223333 eu-west-1, 2026-01-01 03:\d\d UTC\n/);
    expect(stdout).toMatch(/• web-shop-production\n {2}AKIA\w{16}, 0 days old, delivered to 2 places/);
    expect(stdout).toContain('Next: rotate on 2026-04-01, in 90 days');
    expect(stdout.trimEnd().endsWith('Nothing needs a person.')).toBe(true);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('shows everything of one key: places and what they answered, the keys before it, uses', async () => {
    await scene.day();
    scene.clock.advanceBy(90 * DAY);
    await scene.day();
    const { stdout } = await status('api');
    expect(stdout).toMatch(/bitbucket acme\/api environment Production\n {4}took AKIA\w{16} \d+ minutes ago/);
    expect(stdout).toMatch(/Other keys of the user\n {2}AKIA\w{16} Active, 90 days old\n/);
    expect(stdout).toMatch(/2026-04-11 deactivate AKIA\w{16}/);
    expect(stdout).not.toContain('web-shop');
  });

  it('tells what stands in the way and what the latest runs found, and exits with 1 where a person is needed', async () => {
    scene.account.secretsManager.tagResource({
      SecretId: 'keyturn/api',
      Tags: [{ Key: TAG.paused, Value: 'until tomorrow or so' }],
    });
    scene.hostFault = ({ path }) =>
      path.includes('web-shop-production') ? { kind: 'status', status: 503 } : undefined;
    await scene.rotate();
    await scene.sync();
    const { code, keys } = await document();
    expect(code).toBe(1);
    const [api, shop] = keys.map(({ findings }) => findings.map((found) => found.code));
    expect(api).toEqual(['invalid-pause']);
    expect(shop).toContain('delivery-failed');
    expect((await status()).stdout).toContain('2 keys need a person.');
  });

  it('says which keys there are where one is asked for that is not', async () => {
    const { code, stderr } = await status('apy');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'There is no managed key "apy". There are: api, web-shop-production.\n',
    });
  });

  it('shows the others where one user cannot be looked at (K11), and where the record cannot be read', async () => {
    await scene.day();
    scene.awsFault = ({ action, input }) =>
      action === 'FilterLogEvents' || (action === 'ListAccessKeys' && JSON.stringify(input).includes('ci-api'))
        ? { kind: 'error', status: 400, code: 'AccessDeniedException', message: 'no' }
        : undefined;
    const { code, keys, unseen } = await document();
    expect(code).toBe(3);
    expect(keys.map(({ id }) => id)).toEqual(['web-shop-production']);
    expect(unseen.map(({ id }) => id)).toEqual(['api', 'the audit record']);
  });

  it('says which functions are silent: nothing of what it foresees happens meanwhile', async () => {
    await scene.day();
    expect((await document()).silent).toEqual([]);
    scene.clock.advanceBy(4 * HOUR);
    expect(await document()).toMatchObject({ code: 1, silent: ['sync'] });
    scene.clock.advanceBy(DAY);
    expect(await document()).toMatchObject({ code: 1, silent: ['rotate', 'deactivate', 'delete', 'sync'] });
    const { stdout } = await status();
    expect(stdout).toContain('4 functions are silent.');
    expect(stdout).not.toContain('Nothing needs a person.');
  });

  it('tells of a key whose secret cannot be looked for, and hides no other (K11)', async () => {
    await scene.day();
    scene.awsFault = ({ action, input }) =>
      action === 'ListSecrets' || (action === 'DescribeSecret' && JSON.stringify(input).includes('keyturn/api'))
        ? { kind: 'error', status: 400, code: 'ThrottlingException', message: 'no' }
        : undefined;
    const { code, stderr } = await status('--json');
    expect({ code, said: stderr !== '' }).toEqual({ code: 3, said: true });
  });

  it('shows no secret, whatever it is asked for (K6)', async () => {
    await scene.day();
    const shown = [await status(), await status('api'), await status('--json')].map(
      ({ stdout, stderr }) => stdout + stderr,
    );
    for (const secret of scene.material) expect(shown.join('\n')).not.toContain(secret);
    expect(scene.calls.slice(calls).map(({ action }) => action)).not.toContain('GetSecretValue');
  });
});
