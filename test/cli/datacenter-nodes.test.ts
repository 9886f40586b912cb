import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Role } from 'aws-cdk-lib/aws-iam';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { datacenterSchema } from '../../cli/documents/datacenter';
import { ManagedKey } from '../../infra';
import { type DataCenterNode, startDataCenterNode } from '../../local/hosts/datacenter/node';
import { DeployedWorld, synthesized } from '../support/deployed-world';
import { whoIs } from '../support/who-is';
import { typed } from './typed';

const HOSTS = 'arn:aws:iam::111122223333:role/Bitbucket';
const STRANGERS = 'arn:aws:iam::111122223333:role/Stranger';
const folder = mkdtempSync(join(tmpdir(), 'keyturn-nodes-'));
const file = join(folder, 'bitbucket.properties');
let deployed: DeployedWorld;

beforeAll(async () => {
  const policy = { rotateAfter: 4, deactivateAfter: 6, deleteAfter: 7 };
  const cdkOut = synthesized(
    { encryption: 'customer-managed', policy, keys: [{ id: 'web-shop', user: 'bitbucket-web-shop' }] },
    (app) => {
      const key = app.node.findAll().find((one) => one instanceof ManagedKey);
      key?.grantDataCenterRead(Role.fromRoleArn(key, 'Hosts', HOSTS));
    },
  );
  deployed = await DeployedWorld.open(cdkOut, {
    world: { resourcePolicies: true, accountServer: { allowedSkew: Number.POSITIVE_INFINITY } },
  });
  await deployed.until(0, 2);
});
afterAll(async () => {
  await deployed.close();
  rmSync(folder, { recursive: true });
});

/** Who has these credentials in the environment, where the SDK's chain finds them. */
function as(session: { accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined }): void {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: deployed.world.accountUrl,
    AWS_REGION: deployed.world.account.region,
    AWS_ACCESS_KEY_ID: session.accessKeyId,
    AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
  });
  if (session.sessionToken === undefined) delete process.env.AWS_SESSION_TOKEN;
  else process.env.AWS_SESSION_TOKEN = session.sessionToken;
}

function started(role: string): Promise<DataCenterNode> {
  as(deployed.world.account.roleSession(role, 'i-0123'));
  return startDataCenterNode(file);
}

/** What a node's own work does with the key that it holds. */
function login({ properties }: DataCenterNode): Promise<string> {
  return whoIs(properties.get('backup.key') ?? '', properties.get('backup.secret') ?? '');
}

async function told(property: string, pointer: string, role: string) {
  as(deployed.world.account.rootSession());
  const { code, stdout } = await typed([
    ...['datacenter', 'web-shop', '--property', property, '--pointer', pointer, '--role', role, '--json'],
  ]);
  return { code, ...datacenterSchema.parse(JSON.parse(stdout)) };
}

const USER = 'arn:aws:iam::111122223333:user/bitbucket-web-shop';

it('two nodes take the key by the printed lines, and a restart within the overlap takes the next one (K1)', async () => {
  const [id, secret] = [
    await told('backup.key', '/accessKeyId', HOSTS),
    await told('backup.secret', '/secretAccessKey', HOSTS),
  ];
  expect(id.checks.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok', 'ok']);
  expect([id.code, secret.code]).toEqual([0, 0]);
  expect(id.restartWithinDays).toBe(2);
  // The class stands in a file once.
  writeFileSync(file, [...new Set([...id.lines, ...secret.lines])].join('\n'));

  const [one, two] = [await started(HOSTS), await started(HOSTS)];
  expect([await login(one), await login(two)]).toEqual([USER, USER]);

  const stranger = await told('backup.secret', '/secretAccessKey', STRANGERS);
  expect(stranger.code).toBe(1);
  // A grant of the KMS key could let it in, and no policy shows one.
  expect(stranger.checks.map(({ status }) => status)).toEqual(['ok', 'ok', 'fail', 'unknown']);
  await expect(started(STRANGERS)).rejects.toThrow(/^Bitbucket does not start: backup\.key: .*AccessDenied/);

  await deployed.until(5);
  const current = deployed.keys('bitbucket-web-shop').at(-1)?.id;
  expect(one.properties.get('backup.key')).not.toBe(current);
  expect(await login(one)).toBe(USER);
  const restarted = await started(HOSTS);
  expect(restarted.properties.get('backup.key')).toBe(current);
  expect(await login(restarted)).toBe(USER);

  // The node that nobody started again holds a key whose time is over.
  await deployed.until(7);
  expect(await login(one)).toBe('InvalidClientTokenId');
  expect(await login(restarted)).toBe(USER);
});
