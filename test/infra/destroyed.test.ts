import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ConfigInput } from '../../functions/core/config/config';
import { DeployedWorld, synthesized } from '../support/deployed-world';
import { mayAdministrator, type PolicyDocument } from './access';
import { ONE_KEY, resourcesOf, synthesize } from './synthesized';

const CONFIG = {
  connections: { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } },
  keys: [
    {
      id: 'shop',
      user: 'ci-shop',
      createUser: true,
      deliverTo: [{ connection: 'acme', repository: 'acme/shop', environment: 'Production' }],
    },
  ],
  audit: { archive: { years: 1 } },
} satisfies ConfigInput;
/** The same, with what has stayed. */
const BACK: ConfigInput = {
  ...CONFIG,
  keys: CONFIG.keys.map((one) => ({ ...one, createUser: false })),
  audit: { ...CONFIG.audit, logGroup: 'existing' },
};
const PAGE = readFileSync('docs/operate/deployment.md', 'utf8');

/** A key in use, whose stack was destroyed on the second day; closed after the test. */
async function destroyed(): Promise<DeployedWorld> {
  const life = await DeployedWorld.open(synthesized(CONFIG));
  onTestFinished(() => life.close());
  await life.until(1);
  const nothing = mkdtempSync(join(tmpdir(), 'keyturn-destroyed-'));
  writeFileSync(join(nothing, 'Keyturn.template.json'), JSON.stringify({ Resources: {} }));
  writeFileSync(join(nothing, 'Keyturn.assets.json'), JSON.stringify({ version: '1.0', files: {} }));
  await life.redeploy(nothing);
  await life.until(2);
  return life;
}

describe('a stack that was destroyed', () => {
  it('has left its evidence, the secrets and the users, and the pipelines log in as before', async () => {
    const life = await destroyed();
    const { account, functions } = life.world;

    expect(functions.functions).toEqual([]);
    expect(account.logs.describeLogGroups({ logGroupNamePrefix: '/keyturn/audit' }).logGroups).toMatchObject([
      { deletionProtectionEnabled: true },
    ]);
    expect(account.ssm.getParametersByPath({ Path: '/keyturn/keys/' }).Parameters).toEqual([]);
    expect(life.keys('ci-shop')).toMatchObject([{ status: 'Active' }]);
    expect(account.secretsManager.describeSecret({ SecretId: 'keyturn/shop' }).Name).toBe('keyturn/shop');
    expect(life.pipelines.logins).toBeGreaterThan(5);
    expect(life.pipelines.failures).toEqual([]);
  }, 60_000);

  it('K6: has left the secrets closed: not even an administrator reads the live key', async () => {
    const { secretsManager } = (await destroyed()).world.account;
    const { ARN: resource } = secretsManager.describeSecret({ SecretId: 'keyturn/shop' });
    const { ResourcePolicy = '' } = secretsManager.getResourcePolicy({ SecretId: 'keyturn/shop' });
    const resourcePolicy = JSON.parse(ResourcePolicy) as PolicyDocument;
    const administrator = 'arn:aws:iam::111122223333:role/administrator';
    const may = (action: string) => mayAdministrator(administrator, { action, resource, resourcePolicy });

    expect(await may('secretsmanager:GetSecretValue')).toBe(false);
    // The way back in, which CloudTrail records.
    expect(await may('secretsmanager:PutResourcePolicy')).toBe(true);
    expect(await may('secretsmanager:DeleteSecret')).toBe(true);
  }, 60_000);

  it('cannot be deployed as it was: the record is there, and then the secret', async () => {
    await expect((await destroyed()).redeploy(synthesized(CONFIG))).rejects.toThrow(/already exists/);
    await expect((await destroyed()).redeploy(synthesized(BACK))).rejects.toThrow(/Secret.*already exists/);
  }, 60_000);

  it('comes back as the page says: the record as it is, the user as it is, the secret anew', async () => {
    const life = await destroyed();
    const { account } = life.world;
    const [key] = life.keys('ci-shop');
    account.secretsManager.deleteSecret({ SecretId: 'keyturn/shop', ForceDeleteWithoutRecovery: true });
    await life.redeploy(synthesized(BACK));
    await life.until(3);

    // The key from before is adopted: it stays Active for the overlap.
    expect(life.keys('ci-shop')).toMatchObject([{ id: key?.id, status: 'Active' }, { status: 'Active' }]);
    expect(life.unsettled()).toEqual([]);
    expect(life.pipelines.failures).toEqual([]);
    const record = account.logs.filterLogEvents({ logGroupName: '/keyturn/audit' }).events;
    expect(record.filter(({ message }) => message.includes('"event":"key-stored"'))).toHaveLength(2);
  }, 60_000);
});

describe('what a stack leaves', () => {
  const everything = synthesize({
    ...ONE_KEY,
    keys: ONE_KEY.keys.map((key) => ({ ...key, createUser: true })),
    trail: 'create',
    encryption: 'customer-managed',
    audit: { archive: { years: 7 }, report: {} },
  });
  const kept = Object.entries(everything.Resources).filter(([, { DeletionPolicy }]) =>
    DeletionPolicy?.startsWith('Retain'),
  );

  it('stands in docs/operate/deployment.md, whole', () => {
    const [, table = ''] = /## What stays[\s\S]*?\n((?:\|.*\n)+)/.exec(PAGE) ?? [];

    expect([...new Set(kept.map(([, { Type }]) => Type))].sort()).toEqual(
      [...new Set([...table.matchAll(/`(AWS::\w+::\w+)`/g)].map(([, type]) => type))].sort(),
    );
  });

  it('can be imported, where a name says which it is: the record and the users', () => {
    // CloudFormation imports what has a name of its own and a DeletionPolicy; a secret's identifier is its ARN.
    const record = resourcesOf(everything, 'AWS::Logs::LogGroup').filter(
      ({ Properties }) => 'LogGroupName' in Properties,
    );
    const users = resourcesOf(everything, 'AWS::IAM::User');

    expect(record.map(({ Properties, DeletionPolicy }) => [Properties.LogGroupName, DeletionPolicy])).toEqual([
      ['/keyturn/audit', 'Retain'],
    ]);
    expect(users.map(({ Properties, DeletionPolicy }) => [Properties.UserName, DeletionPolicy])).toEqual([
      ['bitbucket-web-shop', 'RetainExceptOnCreate'],
    ]);
  });
});
