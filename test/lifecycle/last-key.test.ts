import { afterEach, expect, it } from 'vitest';
import type { ConfigInput } from '../../functions/core/config/config';
import { ONE_KEY, ONE_ROLE } from '../infra/synthesized';
import { DeployedWorld, synthesized } from '../support/deployed-world';

let deployed: DeployedWorld;
afterEach(() => deployed.close());

const ROLES: ConfigInput = { keys: [], roles: [ONE_ROLE] };
const USER = 'bitbucket-web-shop';

/** What the next hourly run of sync finds. */
async function found(): Promise<readonly string[]> {
  const from = deployed.audits.length;
  expect((await deployed.run('sync')).functionError).toBeUndefined();
  return deployed.history(from).filter((told) => told.includes(' finding '));
}

it('the last key is taken out beside roles: it is left as it is, and told of until its secret is deleted', async () => {
  deployed = await DeployedWorld.open(synthesized({ ...ONE_KEY, roles: [ONE_ROLE] }));
  await deployed.until(1);
  const keys = deployed.keys(USER).map(({ id, status }) => `${id} ${status}`);
  expect(keys).toHaveLength(2);

  await deployed.redeploy(synthesized(ROLES));
  await deployed.until(3);
  expect(await found()).toEqual(['sync finding registry-lost']);
  expect(deployed.keys(USER).map(({ id, status }) => `${id} ${status}`)).toEqual(keys);

  const { account } = deployed.world;
  account.invoke(deployed.admin, 'secretsmanager', 'DeleteSecret', { SecretId: 'keyturn/web-shop' });
  expect(await found()).toEqual([]);

  // And there is a way back.
  account.invoke(deployed.admin, 'secretsmanager', 'RestoreSecret', { SecretId: 'keyturn/web-shop' });
  await deployed.redeploy(
    synthesized({ ...ONE_KEY, keys: ONE_KEY.keys.map((key) => ({ ...key, secret: 'existing' })), roles: [ONE_ROLE] }),
  );
  await deployed.until(5);
  expect(deployed.unsettled()).toEqual([]);
});
