import { expect, it } from 'vitest';
import type { DeployedWorld } from '../support/deployed-world';
import { DUE, TOKEN_SECRET, WatchedLife } from './watched-life';

it('token-rejected: somebody has revoked the token of a connection', async () => {
  const life = await WatchedLife.start();
  await life.until(DUE);
  const { world } = life.deployed;
  const { SecretString = '' } = world.account.secretsManager.getSecretValue({ SecretId: TOKEN_SECRET });
  world.hosts.bitbucket.revoke(JSON.parse(SecretString).accessToken);
  await life.until(DUE, 4.1);

  expect(life.fired).toEqual(['token-rejected']);
  expect(life.told('token-rejected')).toEqual(['ALARM']);

  // In time, so that no version waits for two hours.
  const accessToken = world.hosts.bitbucket.addAccessToken({
    workspace: 'acme',
    scopes: ['pipeline', 'pipeline:variable'],
  });
  const { account } = world;
  account.invoke(life.deployed.admin, 'secretsmanager', 'PutSecretValue', {
    SecretId: TOKEN_SECRET,
    SecretString: JSON.stringify({ accessToken }),
  });
  await life.until(DUE + 1, 12);
  expect(life.deployed.unsettled()).toEqual([]);
  expect(life.ringing).toEqual([]);
  expect(life.fired).toEqual(['token-rejected']);
});

it('token-expires: a tag says that the token ends within two weeks', async () => {
  const life = await WatchedLife.start();
  await life.until(1);
  const day = (days: number) =>
    new Date(life.deployed.world.clock.now() + days * 86_400_000).toISOString().slice(0, 10);
  tag(life.deployed, day(15));
  await life.until(1, 12);
  expect(life.fired).toEqual([]);

  await life.until(2, 12);

  expect(life.fired).toEqual(['token-expires']);
  expect(life.told('token-expires')).toEqual(['ALARM']);

  tag(life.deployed, day(300));
  await life.until(4);
  expect(life.ringing).toEqual([]);
  expect(life.fired).toEqual(['token-expires']);
});

function tag({ world: { account }, admin }: DeployedWorld, end: string): void {
  account.invoke(admin, 'secretsmanager', 'TagResource', {
    SecretId: TOKEN_SECRET,
    Tags: [{ Key: 'keyturn:expires', Value: end }],
  });
}
