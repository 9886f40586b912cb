import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ConfigInput } from '../../functions/core/config/config';
import { DeployedWorld, synthesized } from '../support/deployed-world';

const KEYS = ['shop', 'images', 'forgotten'] as const;

function config(mode: ConfigInput['mode'], own: Partial<Record<(typeof KEYS)[number], ConfigInput['mode']>> = {}) {
  return synthesized({
    mode,
    connections: { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } },
    notify: ['security@example.com'],
    keys: KEYS.map((id) => ({
      id,
      user: `ci-${id}`,
      mode: own[id],
      // Of this one the user has two keys already, one of them idle.
      adopt: id === 'forgotten' ? 'replace-idle' : 'keep',
      deliverTo: [{ connection: 'acme', repository: `acme/${id}`, environment: 'Production' }],
    })),
  } satisfies ConfigInput);
}

let world: DeployedWorld;
beforeAll(async () => {
  world = await DeployedWorld.open(config('observe'));
}, 60_000);
afterAll(() => world.close());

const ids = (id: string) => world.keys(`ci-${id}`).map((key) => `${key.id} ${key.status}`);
/** What CloudTrail has of the deployment's own roles since, without the evidence: no run is told from another there. */
function writes(from: number): readonly string[] {
  const roles = world.deployment.roles.map(({ roleName }) => roleName);
  return world.world.account.trail
    .slice(from)
    .filter(({ userIdentity }) => roles.some((name) => JSON.stringify(userIdentity).includes(`/${name}`)))
    .map(({ eventSource, eventName }) => `${eventSource.split('.')[0]}:${eventName}`)
    .filter((name) => !/^(logs:CreateLogStream|kms:Sign)$/.test(name));
}
/** What was written into variables at the host. */
const given: string[] = [];

it('a team looks first: for days the deployed functions write nothing but the record, the bus and the metrics (K14)', async () => {
  world.world.hosts.bitbucket.onWrite(({ scope }) => given.push(scope));
  const from = world.world.account.trail.length;
  const before = KEYS.map(ids);
  await world.until(3, 12);
  expect(writes(from)).toEqual([]);
  expect(given).toEqual([]);
  expect(KEYS.map(ids)).toEqual(before);
  // What people have to do, with or without Keyturn, they hear of.
  const told = world.audits.filter(({ event }) => event === 'people-told').map(({ key, reason }) => `${key} ${reason}`);
  expect(new Set(told)).toEqual(new Set(['forgotten two-keys']));
  const would = world.audits.filter(({ function: by, reason }) => by === 'rotate' && reason === 'observed');
  expect(new Set(would.map(({ key }) => key))).toEqual(new Set(['shop', 'images']));
  expect(world.history()).toContain('deactivate run-finished');
  expect(world.pipelines.failures).toEqual([]);
}, 60_000);

it('then it lets one key be rotated, and the others stay as they are', async () => {
  const before = [ids('images'), ids('forgotten')];
  const [old] = ids('shop');
  await world.redeploy(config('observe', { shop: 'rotate' }));
  await world.until(5);
  expect(ids('shop')).toHaveLength(2);
  expect(ids('shop')).toContain(old);
  expect([ids('images'), ids('forgotten')]).toEqual(before);
  expect(new Set(given)).toEqual(new Set(['acme/shop/Production']));
  expect(world.unsettled().filter((wrong) => wrong.startsWith('shop'))).toEqual([]);
  expect(world.pipelines.failures).toEqual([]);
}, 60_000);

it('then all keys, and no pipeline has failed', async () => {
  await world.redeploy(config('rotate'));
  await world.until(8);
  expect(world.unsettled().filter((wrong) => !wrong.startsWith('forgotten'))).toEqual([]);
  expect(ids('images')).toHaveLength(2);
  expect(world.pipelines.failures).toEqual([]);
}, 60_000);
