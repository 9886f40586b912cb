import { CreateAccessKeyCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  PutSecretValueCommand,
  TagResourceCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { HOUR, world } from './world';

const TOKEN = 'access-key-AKIAIOSFODNN7EXAMPLE-20260101T000000Z';
const VALUE = 'nobody-may-read-this-in-a-trail';
const ROLE = 'arn:aws:iam::111122223333:role/acme-rotate';

describe('the trail', () => {
  it('records PutSecretValue as EventBridge delivers it, and never the value', async () => {
    const { account, clients, secrets, events, clock } = await world();
    const { ARN } = await secrets.send(new CreateSecretCommand({ Name: 'acme/shop' }));
    events.length = 0;
    clock.advanceBy(HOUR);
    const rotate = clients(account.roleSession(ROLE, 'run-1'));
    await rotate.secrets.send(
      new PutSecretValueCommand({ SecretId: 'acme/shop', ClientRequestToken: TOKEN, SecretString: VALUE }),
    );
    const event = events.find((candidate) => candidate['detail-type'] === 'AWS API Call via CloudTrail');
    expect(event).toMatchObject({
      version: '0',
      source: 'aws.secretsmanager',
      account: '111122223333',
      region: 'eu-west-1',
      time: '2026-01-01T01:00:00Z',
      resources: [],
      detail: {
        eventSource: 'secretsmanager.amazonaws.com',
        eventName: 'PutSecretValue',
        eventTime: '2026-01-01T01:00:00Z',
        awsRegion: 'eu-west-1',
        readOnly: false,
        requestParameters: { secretId: 'acme/shop', clientRequestToken: TOKEN },
        responseElements: { arn: ARN },
        userIdentity: {
          type: 'AssumedRole',
          arn: 'arn:aws:sts::111122223333:assumed-role/acme-rotate/run-1',
          sessionContext: { sessionIssuer: { arn: ROLE, userName: 'acme-rotate' } },
        },
      },
    });
    expect(event?.detail).toBe(account.trail.at(-1));
    expect(JSON.stringify([account.trail, events])).not.toContain(VALUE);
  });

  it('hides secret keys and parameter values', async () => {
    const { account, iam, ssm, userWithKey } = await world();
    userWithKey('bob');
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'bob' }));
    await ssm.send(new PutParameterCommand({ Name: '/acme/keys/shop', Value: VALUE, Type: 'String' }));
    const [created, stored] = account.trail;
    expect(created).toMatchObject({
      eventName: 'CreateAccessKey',
      requestParameters: { userName: 'bob' },
      responseElements: {
        accessKey: { accessKeyId: AccessKey?.AccessKeyId, status: 'Active', createDate: 'Jan 1, 2026, 12:00:00 AM' },
      },
    });
    expect(stored?.requestParameters).toMatchObject({ value: 'HIDDEN_DUE_TO_SECURITY_REASONS' });
    expect(JSON.stringify(account.trail)).not.toContain(AccessKey?.SecretAccessKey);
    expect(JSON.stringify(account.trail)).not.toContain(VALUE);
  });

  it('records refused writes with their error, and no reads', async () => {
    const { account, iam, secrets } = await world();
    await iam.send(new ListUsersCommand({}));
    await expect(iam.send(new CreateAccessKeyCommand({ UserName: 'nobody' }))).rejects.toThrow();
    await expect(secrets.send(new DescribeSecretCommand({ SecretId: 'nobody' }))).rejects.toThrow();
    expect(account.trail).toHaveLength(1);
    expect(account.trail[0]).toMatchObject({
      eventName: 'CreateAccessKey',
      errorCode: 'NoSuchEntity',
      requestParameters: { userName: 'nobody' },
      responseElements: null,
    });
  });

  it("keeps IAM's records, and delivers their events in us-east-1 only", async () => {
    for (const region of ['eu-west-1', 'us-east-1']) {
      const { account, events, iam, userWithKey } = await world({ region });
      userWithKey('bob');
      await iam.send(new CreateAccessKeyCommand({ UserName: 'bob' }));
      expect(account.trail[0]).toMatchObject({ eventName: 'CreateAccessKey', awsRegion: 'us-east-1' });
      expect(events.map((event) => event.source)).toEqual(region === 'us-east-1' ? ['aws.iam'] : []);
    }
  });
});

describe('Secret Label Updated', () => {
  it('is sent for AWSCURRENT and custom labels, not for AWSPREVIOUS and AWSPENDING', async () => {
    const { events, secrets } = await world();
    const SecretId = 'acme/shop';
    const { ARN } = await secrets.send(new CreateSecretCommand({ Name: SecretId }));
    const put = (SecretString: string, VersionStages?: string[]) =>
      secrets.send(new PutSecretValueCommand({ SecretId, SecretString, ...(VersionStages ? { VersionStages } : {}) }));
    const first = await put('1');
    const second = await put('2');
    await put('3', ['AWSPENDING']);
    const move = { SecretId, VersionStage: 'DELIVERED-abc', MoveToVersionId: second.VersionId };
    await secrets.send(new UpdateSecretVersionStageCommand(move));
    await secrets.send(new UpdateSecretVersionStageCommand(move));
    await secrets.send(new TagResourceCommand({ SecretId, Tags: [{ Key: 'a', Value: 'b' }] }));
    const labelled = events.filter((event) => event['detail-type'] === 'Secret Label Updated');
    expect(labelled.map((event) => event.detail)).toEqual([
      { name: SecretId, labelUpdated: 'AWSCURRENT', versionId: first.VersionId },
      { name: SecretId, labelUpdated: 'AWSCURRENT', versionId: second.VersionId },
      { name: SecretId, labelUpdated: 'DELIVERED-abc', versionId: second.VersionId },
    ]);
    expect(labelled.every((event) => event.resources[0] === ARN && event.source === 'aws.secretsmanager')).toBe(true);
  });
});
