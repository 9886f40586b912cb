import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../functions/core/config/config';
import { checkOutEarlierCommit, EARLIER, hasEarlierCommit } from '../support/earlier-commit';
import { keyOf } from './configuration';
import { KeyHistory } from './key-history';
import { DAY, DeployWorld } from './world';

const TSX = resolve(__dirname, '../../node_modules/tsx/dist/cli.mjs');
const hasEarlier = hasEarlierCommit(`The upgrade from ${EARLIER} is`);

/** The cloud assembly that an earlier commit's own code and bundles make, with the packages of today. */
function earlierAssembly(folder: string, config: ConfigInput): string {
  const source = join(folder, 'source');
  checkOutEarlierCommit(source);
  const file = join(folder, 'keyturn.json');
  writeFileSync(file, JSON.stringify(config));
  const outdir = join(folder, 'cdk.out');
  execFileSync(process.execPath, [TSX, 'infra/app.ts'], {
    cwd: source,
    env: { ...process.env, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify({ config: file }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return outdir;
}

describe.runIf(hasEarlier)(`from ${EARLIER} to this commit, in the middle of an overlap`, () => {
  let world: DeployWorld;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyturn-upgrade-'));
    world = await DeployWorld.start();
    for (const name of ['web-shop', 'api']) await world.addPipeline(name);
    world.advance(400 * DAY);
  });
  afterAll(async () => {
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('keeps the current keys, and retires the old ones on the dates that they had (K1, K3, K4)', async () => {
    const config = { connections: world.connections, keys: [keyOf('web-shop'), keyOf('api')] };
    await world.deployAssembly(earlierAssembly(folder, config));
    for (const days of [10, 10, 70, 5]) await world.passDays(days);
    const before = await world.currentOf('web-shop');
    expect(await world.keysOf('web-shop')).toHaveLength(2);

    await world.deploy(config);
    expect(await world.currentOf('web-shop')).toEqual(before);
    const history = new KeyHistory(await world.keysOf('web-shop'));
    const happened: Record<number, readonly string[]> = {};
    for (const [day, days] of [
      [99, 4],
      [100, 1],
      [109, 9],
      [110, 1],
      [179, 69],
      [180, 1],
    ] as const) {
      await world.passDays(days);
      await world.login('web-shop');
      await world.login('api');
      happened[day] = history.changesTo(await world.keysOf('web-shop'));
    }
    expect(happened).toEqual({
      99: [],
      100: ['1 deactivated'],
      109: [],
      110: ['1 deleted'],
      179: [],
      180: ['3 made'],
    });
    expect(world.emulator.denied()).toEqual([]);
  });
});
