import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Assembly, assemblyOf, homeOf } from '../../cli/rehearsal/assembly';
import { openPlaces } from '../../cli/rehearsal/hosts/register';
import { RehearsedPipelines } from '../../cli/rehearsal/rehearsed-pipelines';
import { closeTokens, makeSurroundings } from '../../cli/rehearsal/surroundings';
import { DAY, HOUR, MINUTE } from '../../functions/core/duration';
import { seededRandom } from '../../local/random';
import { World } from '../../local/world';
import { typed } from '../cli/typed';
import { synthesized } from '../support/deployed-world';
import { read } from './documents';
import { shows } from './transcript';

const PAGE = 'docs/start/getting-started.md';
/** The morning on which somebody starts. */
const MORNING = Date.parse('2027-01-11T09:00:00Z');

let world: World;
let assembly: Assembly;
let cdkOut: string;
let folder: string;
const ids: string[] = [];

beforeAll(async () => {
  cdkOut = synthesized('docs/examples/keyturn.yaml');
  assembly = assemblyOf(cdkOut);
  folder = mkdtempSync(join(tmpdir(), 'keyturn-getting-started-'));
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(read(PAGE)) ?? [];
  writeFileSync(join(folder, 'keyturn.yaml'), yaml);
  world = await World.start({
    start: new Date(MORNING - 300 * DAY),
    seed: 'getting-started',
    account: { ...homeOf(assembly), newKeyDelay: 4_000 },
    accountServer: { allowedSkew: Number.POSITIVE_INFINITY },
  });
  const places = openPlaces(world);
  makeSurroundings(assembly, world.account, places);
  world.clock.advanceTo(MORNING - DAY);
  new RehearsedPipelines(world, places, seededRandom('getting-started')).start(assembly.entries);
  await world.runUntil(new Date(MORNING));
  const { accessKeyId, secretAccessKey, sessionToken = '' } = world.account.rootSession();
  vi.stubEnv('AWS_ENDPOINT_URL', world.accountUrl);
  vi.stubEnv('AWS_REGION', world.account.region);
  vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
  vi.stubEnv('AWS_SESSION_TOKEN', sessionToken);
}, 30_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

async function keyturn(...args: readonly string[]): Promise<string> {
  const time = { now: () => new Date(world.clock.now()), sleep: async () => {} };
  const { code, stdout, stderr } = await typed(args, { time, folder });
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' });
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  return stdout;
}

describe.sequential('getting started, line by line', () => {
  it('says before the deployment what it would do', async () => {
    expect(await keyturn('validate', 'keyturn.yaml')).toContain('keyturn.yaml is sound');
    const output = await keyturn('plan', '-c', 'keyturn.yaml', '--days', '30');
    ids.push(...(/AKIA\w{16}/.exec(output) ?? []));
    shows(PAGE, { command: 'keyturn plan -c keyturn.yaml --days 30', output });
  });

  it('rotates and delivers the first key after the deployment, and shows it', async () => {
    const deployment = await world.deployAll(cdkOut);
    const named = [...read(PAGE).matchAll(/^Keyturn\.(\w+) = /gm)].map(([, name]) => name);
    const outputs = Object.keys(deployment.outputs).filter((name) => !name.startsWith('Exports'));
    expect(named).toEqual(outputs.sort());
    closeTokens(assembly, deployment, world.account);
    shows(PAGE, { command: 'keyturn status', output: await keyturn('status'), ids });
    await world.runUntil(new Date(MORNING + 10 * MINUTE));
    shows(PAGE, { command: 'keyturn status', output: await keyturn('status'), nth: 1, ids });
  }, 15_000);

  it('shows everything about it, and who uses the old one', async () => {
    await world.runUntil(new Date(MORNING + 5.5 * HOUR));
    const command = 'keyturn status web-shop-production';
    shows(PAGE, { command, output: await keyturn('status', 'web-shop-production'), ids });
    const output = await keyturn('why', ids[0] ?? '');
    shows(PAGE, { command: 'keyturn why AKIAIOSFODNN7EXAMPLE', output, ids });
  }, 15_000);
});
