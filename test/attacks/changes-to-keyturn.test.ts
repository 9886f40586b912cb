import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDIT_LOG_GROUP, registryParameterName, SEAL_KEY_ALIAS, secretName } from '../../functions/core/names';
import type { InputOf, Operations } from '../../local/account/account';
import type { Principal, ServiceName } from '../../local/account/principal';
import { Attacked, VICTIM } from './attacked';

/** CloudTrail takes minutes. */
const MINUTES = 10 * 60_000;

let attacked: Attacked;
let mallory: Principal;

beforeAll(async () => {
  attacked = await Attacked.open();
  const { account } = attacked.deployed.world;
  account.iam.users.create({ UserName: 'mallory' });
  const { AccessKey } = account.invoke(attacked.deployed.admin, 'iam', 'CreateAccessKey', { UserName: 'mallory' });
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = AccessKey;
  await pass();
  mallory = account.authenticate({ accessKeyId, secretAccessKey }, 'sts');
}, 60_000);
afterAll(() => attacked.close());

/** What people have been told of changes to Keyturn itself. */
function told(): readonly string[] {
  const { messages } = attacked.deployed.world.account.sns;
  return messages.map(({ message }) => message).filter((text) => text.includes('Keyturn itself was changed'));
}

async function pass(): Promise<void> {
  const { world } = attacked.deployed;
  await world.runUntil(new Date(world.clock.now() + MINUTES));
}

function does<S extends ServiceName, A extends keyof Operations[S] & string>(
  service: S,
  action: A,
  input: InputOf<Operations[S][A]>,
): void {
  attacked.deployed.world.account.invoke(mallory, service, action, input);
}

/** What the local account has no operation for is recorded as CloudTrail records it. */
function recorded(service: string, eventName: string, requestParameters: Readonly<Record<string, unknown>>): void {
  const { world } = attacked.deployed;
  world.bus.publish({
    version: '0',
    id: 'f7c3a7f0-2c1e-4b9e-9a55-0c5d8d0b9d10',
    'detail-type': 'AWS API Call via CloudTrail',
    source: `aws.${service}`,
    account: world.account.accountId,
    time: '2026-01-01T12:00:00Z',
    region: world.account.region,
    resources: [],
    detail: {
      userIdentity: { type: 'IAMUser', arn: mallory.arn },
      eventTime: '2026-01-01T12:00:00Z',
      eventSource: `${service}.amazonaws.com`,
      eventName,
      awsRegion: world.account.region,
      sourceIPAddress: '198.51.100.7',
      requestParameters,
      eventID: 'e0b7c4c6-3a3e-4a5e-8f51-6ad2f0a3c1d2',
      readOnly: false,
      managementEvent: true,
    },
  });
}

describe('K7: who changes Keyturn itself', () => {
  it('is not the deployment that made it, nor twelve hours of its runs', () => {
    expect(told()).toEqual([]);
  });

  it.each([
    [
      'shortens what is kept of the record',
      'PutRetentionPolicy (logs.amazonaws.com) /keyturn/audit',
      () => does('logs', 'PutRetentionPolicy', { logGroupName: AUDIT_LOG_GROUP, retentionInDays: 1 }),
    ],
    [
      'lets the record be deleted',
      'PutLogGroupDeletionProtection (logs.amazonaws.com) /keyturn/audit',
      () =>
        does('logs', 'PutLogGroupDeletionProtection', {
          logGroupIdentifier: AUDIT_LOG_GROUP,
          deletionProtectionEnabled: false,
        }),
    ],
    [
      'says where keys go',
      'PutParameter (ssm.amazonaws.com)',
      () => does('ssm', 'PutParameter', { Name: registryParameterName(VICTIM), Value: '{}', Overwrite: true }),
    ],
    [
      'says who reads a key',
      `PutResourcePolicy (secretsmanager.amazonaws.com) ${secretName(VICTIM)}`,
      () =>
        does('secretsmanager', 'PutResourcePolicy', {
          SecretId: secretName(VICTIM),
          ResourcePolicy: JSON.stringify({ Version: '2012-10-17', Statement: [] }),
        }),
    ],
    [
      'gives the seal another key',
      'UpdateAlias (kms.amazonaws.com)',
      () => {
        const { account } = attacked.deployed.world;
        const input = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' } as const;
        const { KeyMetadata } = account.invoke(mallory, 'kms', 'CreateKey', input);
        does('kms', 'UpdateAlias', { AliasName: SEAL_KEY_ALIAS, TargetKeyId: KeyMetadata.KeyId });
      },
    ],
    [
      'says who seals',
      'PutKeyPolicy (kms.amazonaws.com)',
      () => {
        const { account } = attacked.deployed.world;
        const sealKey = attacked.deployed.deployment.keys
          .map(({ arn }) => account.kms.describeKey({ KeyId: arn }).KeyMetadata)
          .find(({ KeySpec }) => KeySpec === 'ECC_NIST_P256');
        const KeyId = sealKey?.KeyId ?? '';
        does('kms', 'PutKeyPolicy', { KeyId, Policy: account.kms.getKeyPolicy({ KeyId }).Policy });
      },
    ],
    [
      'puts other code into a function',
      'UpdateFunctionCode20150331v2 (lambda.amazonaws.com) Keyturn-KeyRotationSync',
      () =>
        recorded('lambda', 'UpdateFunctionCode20150331v2', { functionName: attacked.deployed.functionName('sync') }),
    ],
    [
      'stops the runs',
      'DisableRule (events.amazonaws.com)',
      () => recorded('events', 'DisableRule', { name: attacked.deployed.world.bus.rules[0]?.name }),
    ],
    [
      'gives a role more',
      'AttachRolePolicy (iam.amazonaws.com) Keyturn-KeyRotationSync',
      () => {
        const roleName = attacked.deployed.deployment.roles.find(({ roleName: name }) =>
          name.includes('Sync'),
        )?.roleName;
        recorded('iam', 'AttachRolePolicy', { roleName });
      },
    ],
  ])('and %s is told of with name, time and runbook, within minutes', async (_what, deed, act) => {
    const before = told().length;
    act();
    await pass();
    const [mail, ...more] = told().slice(before);
    expect(more).toEqual([]);
    expect(mail).toContain(`Who: IAMUser ${mallory.arn}, from `);
    expect(mail).toContain(`What: ${deed}`);
    expect(mail).toMatch(/^"When: 2026-01-0\dT\d\d:\d\d:\d\dZ in eu-west-1; in CloudTrail the event [0-9a-f-]{36}"$/m);
    expect(mail).toMatch(/runbooks\/keyturn-changed\.md"\n"More: keyturn doctor"$/);
    expect(mail).not.toContain('null');
  });

  it('cannot make people believe it who only puts events on the bus', async () => {
    const before = told().length;
    const { world } = attacked.deployed;
    const Detail = JSON.stringify({
      eventName: 'DeleteLogGroup',
      readOnly: false,
      managementEvent: true,
      sourceIPAddress: '198.51.100.7',
      requestParameters: { logGroupName: AUDIT_LOG_GROUP },
    });
    const DetailType = 'AWS API Call via CloudTrail';
    const Entries = [
      { Source: 'keyturn', DetailType, Detail },
      { Source: 'aws.logs', DetailType, Detail },
    ];
    expect(world.account.invoke(mallory, 'events', 'PutEvents', { Entries })).toMatchObject({ FailedEntryCount: 1 });
    await pass();
    expect(told().length).toBe(before);
  });

  it('is not who deploys again', async () => {
    const before = told().length;
    const { deployed } = attacked;
    await deployed.world.deployAll(deployed.cdkOut);
    await pass();
    expect(told().length).toBe(before);
  });
});
