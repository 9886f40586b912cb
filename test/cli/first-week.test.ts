import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { planSchema } from '../../cli/documents/plan';
import { statusSchema } from '../../cli/documents/status';
import type { ConfigInput } from '../../functions/core/config/config';
import { DeployedWorld, synthesized } from '../support/deployed-world';
import { typed } from './typed';

/** Two keys of one team, which looks before it lets anything act. */
const key = (id: string): NonNullable<ConfigInput['keys']>[number] => ({
  id,
  user: `ci-${id}`,
  deliverTo: [{ connection: 'acme', repository: `acme/${id}`, environment: 'Production' }],
});
const CONFIG: ConfigInput = {
  mode: 'observe',
  connections: { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } },
  keys: [key('api'), key('shop')],
};

let deployed: DeployedWorld;
beforeAll(async () => {
  deployed = await DeployedWorld.open(synthesized(CONFIG), {
    // People look at the world from another time.
    world: { accountServer: { allowedSkew: Number.POSITIVE_INFINITY } },
  });
  const { account, accountUrl } = deployed.world;
  const { accessKeyId, secretAccessKey, sessionToken } = account.rootSession();
  vi.stubEnv('AWS_ENDPOINT_URL', accountUrl);
  vi.stubEnv('AWS_REGION', account.region);
  vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
  vi.stubEnv('AWS_SESSION_TOKEN', sessionToken);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await deployed.close();
});

const time = { now: () => new Date(deployed.world.clock.now()), sleep: async () => {} };
const asked = async (...args: readonly string[]) => JSON.parse((await typed([...args, '--json'], { time })).stdout);
const status = async () => statusSchema.parse(await asked('status'));
const plan = async () => planSchema.parse(await asked('plan', '--days', '20'));
const told = (document: Awaited<ReturnType<typeof plan>>) =>
  document.foreseen.map(({ key: id, does, observed }) => `${id} ${observed ? 'would ' : ''}${does}`);
/** What the functions have changed of access keys so far. */
const changes = () =>
  deployed.world.account.trail.filter(
    ({ eventName, userIdentity }) =>
      /AccessKey$/.test(eventName) && userIdentity.type === 'AssumedRole' && !/^(List|Get)/.test(eventName),
  ).length;

it("a team's first week: observe, look, one key, and then all (K1, K14)", async () => {
  // Two days of looking: everything is told, and nothing is touched.
  await deployed.until(2);
  expect(changes()).toBe(0);
  const first = await status();
  expect(first.keys.map(({ id, mode, current }) => ({ id, mode, current }))).toEqual([
    { id: 'api', mode: 'observe', current: undefined },
    { id: 'shop', mode: 'observe', current: undefined },
  ]);
  expect(first.keys.flatMap(({ findings }) => findings.map(({ code }) => code))).toContain('observed');
  const looking = await plan();
  expect(told(looking)).toEqual(
    expect.arrayContaining(['api would rotate', 'api would deliver', 'shop would rotate', 'shop would deactivate']),
  );

  // One key is let go: it is rotated, delivered, and the other one is as it was.
  await deployed.redeploy(synthesized({ ...CONFIG, keys: [{ ...key('api'), mode: 'rotate' }, key('shop')] }));
  await deployed.until(2, 12);
  const one = await status();
  const [api, shop] = one.keys;
  expect(api).toMatchObject({
    mode: 'rotate',
    current: { ageDays: 0, status: 'Active' },
    others: [{ is: 'superseded' }],
  });
  expect(api?.delivered.at).toBeDefined();
  expect(shop).toMatchObject({ mode: 'observe', others: [{ status: 'Active' }] });
  expect(shop?.current).toBeUndefined();
  expect(told(await plan())).toEqual(expect.arrayContaining(['api deactivate', 'shop would rotate']));

  // All of them; and back to observing stops what was under way where it is.
  await deployed.redeploy(synthesized({ ...CONFIG, mode: 'rotate' }));
  await deployed.until(3);
  const all = await status();
  expect(all.keys.map(({ id, mode, current }) => [id, mode, current?.status])).toEqual([
    ['api', 'rotate', 'Active'],
    ['shop', 'rotate', 'Active'],
  ]);
  await deployed.redeploy(synthesized(CONFIG));
  const before = changes();
  await deployed.until(20);
  expect(changes()).toBe(before);
  expect(told(await plan())).toEqual(expect.arrayContaining(['api would deactivate']));

  // Going on, everything comes to its end, and no pipeline has noticed anything in all these days.
  await deployed.redeploy(synthesized({ ...CONFIG, mode: 'rotate' }));
  await deployed.until(40);
  expect((await status()).keys.map(({ others }) => others)).toEqual([[], []]);
  expect(deployed.pipelines.logins).toBeGreaterThan(100);
  expect(deployed.pipelines.failures).toEqual([]);
}, 120_000);
