import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { ConfigInput } from '../../functions/core/config/config';
import { DAY, DeployWorld } from './world';

const EXAMPLE = join(__dirname, '../../docs/examples/many-keys.yaml');
/** What the example names outside of the stack that an account makes up itself. */
const HOST = 'https://api.bitbucket.org/2.0';
const PARTNER = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:keyturn/connections/partner-a1B2c3';
/** The bus of another account, which the emulator does not have: one beside the default one has its name here. */
const CENTRAL = 'arn:aws:events:eu-west-1:444455556666:event-bus/security';
const BESIDE = 'arn:aws:events:eu-west-1:111122223333:event-bus/security';
/** The example's environment that is named by its UUID, and the variables of the one beside it. */
const PRODUCTION = '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}';
const SHOP = { accessKeyId: 'SHOP_ACCESS_KEY_ID', secretAccessKey: 'SHOP_SECRET_ACCESS_KEY' };

const KEYS = ['web-shop', 'image-builder', 'all-pipelines', 'legacy-deployer', 'data-center'];
/**
 * The file's policy is 60, 70 and 80 days, that of legacy-deployer 30, 37 and 44: the days on which something is due from
 * the deployment until everything is rotated for the second time, and one day more.
 */
const DAYS = [1, 10, 20, 30, 37, 44, 60, 61, 70, 80, 120, 121];
/** With the key that the deployment made; legacy-deployer has to make room for it first, by a key that nobody uses. */
const CURRENT_KEYS = { 'web-shop': 3, 'image-builder': 3, 'all-pipelines': 3, 'legacy-deployer': 4, 'data-center': 3 };

let world: DeployWorld;
beforeAll(async () => {
  world = await DeployWorld.start();
  await makeUsersAndPlaces();
  world.advance(400 * DAY);
});
afterAll(() => world.close());

/** What the example takes for granted: its users, its places, and the keys in them that people made long ago. */
async function makeUsersAndPlaces(): Promise<void> {
  const { bitbucket } = world;
  const environment = (repository: string, name: string, uuid?: string) => {
    const made = bitbucket.addEnvironment('acme', repository, name, 'Production', uuid);
    return { level: 'deployment', workspace: 'acme', repository, environment: made.uuid } as const;
  };
  for (const repository of ['web-shop', 'images', 'legacy']) bitbucket.addRepository('acme', repository);
  await world.createUser('bitbucket-data-center');
  const shop = await world.createUser('bitbucket-web-shop');
  world.paste(environment('web-shop', 'Staging'), shop, SHOP);
  world.paste(environment('web-shop', 'Production', PRODUCTION), shop);
  const images = { level: 'repository', workspace: 'acme', repository: 'images' } as const;
  world.paste(images, await world.createUser('bitbucket-image-builder'));
  // Two keys, of which nobody uses the first one: that is what `adopt: replace-idle` is for.
  await world.createUser('legacy.deployer@example.com');
  world.paste(environment('legacy', 'Production'), await world.createKey('legacy.deployer@example.com'));
}

/** The names of the users that the example's pipelines log in as. */
async function loginAll(): Promise<readonly string[]> {
  const { bitbucket } = world;
  const arns = await Promise.all([
    world.loginWith(bitbucket.pipelineVariables('acme', 'web-shop', 'Staging'), SHOP),
    world.loginWith(bitbucket.pipelineVariables('acme', 'web-shop', 'Production')),
    world.loginWith(bitbucket.pipelineVariables('acme', 'images')),
    world.loginWith(bitbucket.workspaceVariables('acme-partner')),
    world.loginWith(bitbucket.pipelineVariables('acme', 'legacy', 'Production')),
  ]);
  return arns.map((arn) => arn?.split(':user/')[1] ?? '');
}

it('every setting of the example lives through two rotations, and no policy denies anything (K1, K12)', async () => {
  const partner = await world.connect('acme-partner', 'keyturn/connections/partner');
  await world.client(EventBridgeClient).send(new CreateEventBusCommand({ Name: 'security' }));
  const text = readFileSync(EXAMPLE, 'utf8').replace(HOST, world.bitbucketUrl).replace(CENTRAL, BESIDE);
  const config: ConfigInput = parse(text.replace(PARTNER, `${partner}\n      url: ${world.bitbucketUrl}`));
  await world.deploy(config);

  const current = Object.fromEntries(KEYS.map((id) => [id, new Set<string | undefined>()]));
  let today = 0;
  for (const day of DAYS) {
    await world.passDays(day - today);
    today = day;
    for (const id of KEYS) current[id]?.add((await world.currentOf(id)).accessKeyId);
    expect(await loginAll(), `day ${day}`).toEqual([
      'bitbucket-web-shop',
      'bitbucket-web-shop',
      'bitbucket-image-builder',
      'bitbucket-all-pipelines',
      'legacy.deployer@example.com',
    ]);
  }
  expect(Object.fromEntries(KEYS.map((id) => [id, current[id]?.size]))).toEqual(CURRENT_KEYS);
  expect(world.emulator.denied()).toEqual([]);
});
