import { IAMClient, UpdateAccessKeyCommand } from '@aws-sdk/client-iam';
import { expect, it } from 'vitest';
import { type RehearsalOptions, type Report, rehearse } from '../../../cli/rehearsal/rehearse';
import { secretStateOf } from '../../../cli/rehearsal/witness/secret-state-of';
import type { ConfigInput } from '../../../functions/core/config/config';
import { currentVersion } from '../../../functions/core/key/secret-state';
import { parseVersionId } from '../../../functions/core/key/version-id';
import type { World } from '../../../local/world';
import { synthesized } from '../../support/deployed-world';

const USER = 'ci-signer';
const NAME = 'deliver-to-vault';
const FUNCTION = `arn:aws:lambda:eu-central-1:444455556666:function:${NAME}`;
const PLACE = `function ${NAME} of 444455556666 in eu-central-1 path=ci`;
const ROLE = 'arn:aws:iam::444455556666:role/vault-writer';

/** A whole life in five days. */
function configured(readers: readonly string[] = [ROLE], name = FUNCTION): ConfigInput {
  return {
    policy: { rotateAfter: 3, deactivateAfter: 4, deleteAfter: 5, idleFor: 0, holdLimit: 0 },
    keys: [
      { id: 'signer', user: USER, deliverTo: [{ function: name, target: { path: 'ci' } }], readers: [...readers] },
    ],
    notify: ['security@example.com'],
  };
}

function live(config: ConfigInput | string, days: number, onDay?: RehearsalOptions['onDay']): Promise<Report> {
  return rehearse({ cdkOut: synthesized(config), days, seed: 'test', onDay });
}

function broken({ promises }: Report): readonly string[] {
  return promises.filter(({ held }) => !held).map(({ promise }) => promise);
}

it('lives the example with a function: the credential arrives, pipelines log in with it, and all holds (K1–K8, K10)', async () => {
  const report = await live('docs/examples/function-host.yaml', 22);
  const days = (event: string) => report.timeline.filter((moment) => moment.event === event).map(({ day }) => day);
  expect(['created', 'delivered', 'deactivated', 'deleted'].map(days)).toEqual([[0], [0], [10], [20]]);
  expect(broken(report)).toEqual([]);
  expect(report.pipelineLogins).toBeGreaterThan(100);
  expect(report.keys.map(({ heldBy }) => heldBy)).toEqual([
    ['function deliver-to-parameters of 111122223333 in eu-west-1 parameter=/ci/release-signer'],
  ]);
}, 60_000);

it('delivers to an alias of a function of the account and the region that the configuration names', async () => {
  const report = await live(configured([ROLE], `${FUNCTION}:live`), 1);
  expect(broken(report)).toEqual([]);
  expect(report.deliveries).toBe(1);
}, 60_000);

it('delivers nothing while the function’s role is not among the readers, and the old key keeps working (K1)', async () => {
  const report = await live(configured([]), 1);
  expect(broken(report)).toEqual(['delivery']);
  expect(report.deliveries).toBe(0);
  const failed = report.timeline.find(({ event }) => event === 'not delivered');
  expect(failed).toMatchObject({ target: PLACE, message: expect.stringContaining('could not read the credential') });
  expect(report.pipelineLogins).toBeGreaterThan(0);
}, 60_000);

it('judges K1 and K3 broken when a run deactivates the key that a function’s place holds', async () => {
  const report = await live(configured(), 2, (day, world) => (day === 1 ? deactivateCurrent(world) : undefined));
  expect(broken(report)).toEqual(expect.arrayContaining(['K1', 'K3']));
}, 60_000);

it('judges K2 broken when a function’s place is given a key that has not just authenticated', async () => {
  let first: object = {};
  const report = await live(configured(), 4, async (day, { account }) => {
    const secret = secretStateOf(account.secretsManager.describeSecret({ SecretId: 'keyturn/signer' }));
    const versionId = currentVersion(secret)?.versionId ?? '';
    const { accessKeyId } = parseVersionId(versionId) ?? {};
    const target = { path: 'ci' };
    if (day === 1) first = { schema: 'keyturn.delivery/v1', secretArn: secret.arn, versionId, accessKeyId, target };
    if (day === 4) await account.lambda.invoke({ FunctionName: FUNCTION, Payload: Buffer.from(JSON.stringify(first)) });
  });
  expect(report.rotations).toBe(2);
  expect(broken(report)).toEqual(expect.arrayContaining(['K2', 'delivery']));
}, 60_000);

/** As a function of Keyturn would that had gone mad. */
async function deactivateCurrent({ account, accountUrl, clock }: World): Promise<void> {
  const role = account.iam.roles.all().find(({ name }) => name.includes('Deactivate'));
  const { sessionToken = '', ...session } = account.roleSession(role?.arn ?? '', 'mad');
  const newest = account.iam.accessKeys
    .of(account.iam.users.get(USER))
    .reduce((one, other) => (one.createdAt > other.createdAt ? one : other));
  const client = new IAMClient({
    endpoint: accountUrl,
    region: account.region,
    credentials: { ...session, sessionToken },
    systemClockOffset: clock.now() - Date.now(),
  });
  await client.send(new UpdateAccessKeyCommand({ UserName: USER, AccessKeyId: newest.id, Status: 'Inactive' }));
  client.destroy();
}
