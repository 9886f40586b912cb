import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../functions/core/config/config';
import { mayFunction, mayService, type PolicyDocument, roleOf, type Statement, statementsOf } from './access';
import { ACCOUNT, deployed, REGION, roleArn } from './deployed';
import { type CfnTemplate, errorsOf, ONE_KEY, resourcesOf, stackOf, synthesize } from './synthesized';

const KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/5678abcd-56ab-78cd-90ef-567890abcdef`;

const withAudit = (audit: ConfigInput['audit']) => synthesize({ ...ONE_KEY, audit });
const template = withAudit({ archive: { years: 7 } });
const encrypted = withAudit({ archive: { years: 10, mode: 'compliance', glacierAfterDays: 0 }, encryptionKey: KEY });

function one(of: CfnTemplate, type: string) {
  const [found] = resourcesOf(of, type);
  return { id: found?.id, ...(deployed(of, found?.Properties) as Record<string, unknown>), found };
}

const group = (of: CfnTemplate) => resourcesOf(of, 'AWS::Logs::LogGroup').find(({ id }) => id.includes('AuditLog'));

describe('the archive', () => {
  it('is there only when it is asked for', () => {
    const plain = synthesize(ONE_KEY);

    for (const type of ['AWS::S3::Bucket', 'AWS::Logs::SubscriptionFilter']) {
      expect(resourcesOf(plain, type)).toEqual([]);
    }
  });

  it('is a private, versioned bucket whose objects nobody can change before their time, and it stays', () => {
    const { found, ...bucket } = one(template, 'AWS::S3::Bucket');

    expect(bucket).toMatchObject({
      ObjectLockEnabled: true,
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Years: 7 } },
      },
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
    expect(bucket).not.toHaveProperty('LifecycleConfiguration.Rules[0].ExpirationInDays');
    expect([found?.DeletionPolicy, found?.UpdateReplacePolicy]).toEqual(['RetainExceptOnCreate', 'Retain']);
  });

  it('takes years, mode, days and key from the settings', () => {
    expect(one(encrypted, 'AWS::S3::Bucket')).toMatchObject({
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Years: 10 } } },
      LifecycleConfiguration: {
        Rules: [
          { Status: 'Enabled', Transitions: [{ StorageClass: 'GLACIER_IR', TransitionInDays: 0 }] },
          { Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } },
        ],
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KEY },
          },
        ],
      },
    });
    expect(one(template, 'AWS::S3::Bucket')).toMatchObject({
      LifecycleConfiguration: { Rules: [{ Transitions: [{ TransitionInDays: 90 }] }, {}] },
    });
  });

  it('refuses unencrypted and outdated transport, objects of others, and a second object of one key', () => {
    const [policy] = resourcesOf(template, 'AWS::S3::BucketPolicy');
    const { Statement } = deployed(template, policy?.Properties.PolicyDocument) as { Statement: readonly Statement[] };

    expect(Statement.map(({ Effect, Action, Condition }) => [Effect, Action, Condition])).toEqual([
      ['Deny', 's3:*', { Bool: { 'aws:SecureTransport': 'false' } }],
      ['Deny', 's3:*', { NumericLessThan: { 's3:TlsVersion': 1.2 } }],
      ['Deny', 's3:PutObject', { StringNotEquals: { 'aws:PrincipalArn': [roleArn(roleOf(template, 'archive'))] } }],
      ['Deny', 's3:PutObject', { Null: { 's3:if-none-match': 'true' } }],
    ]);
  });
});

describe('the log of requests to the archive', () => {
  const LOG = 'acme-access-logs';
  const logged = withAudit({ archive: { years: 7, accessLog: LOG } });

  it('goes to the bucket that is named, which stays as it is', () => {
    expect(one(logged, 'AWS::S3::Bucket')).toMatchObject({
      LoggingConfiguration: { DestinationBucketName: LOG, LogFilePrefix: 'keyturn-archive/' },
    });
    expect(Object.keys(logged.Resources)).toEqual(Object.keys(template.Resources));
  });

  it('is off where no bucket is named', () => {
    expect(one(template, 'AWS::S3::Bucket')).not.toHaveProperty('LoggingConfiguration');
  });

  it.each(['s3://logs', 'arn:aws:s3:::logs', 'Logs', 'a', '-logs', 'logs-', 'a..b', '192.168.5.4', 'x'.repeat(64)])(
    'is refused for %s, which is no bucket’s name',
    (accessLog) => {
      expect(errorsOf(stackOf({ ...ONE_KEY, audit: { archive: { years: 7, accessLog } } }))).toEqual([
        expect.stringContaining('audit.archive.accessLog: expected the name of an S3 bucket'),
      ]);
    },
  );

  it('is written by S3 for this archive alone, by the policy of docs/examples', async () => {
    const resourcePolicy: PolicyDocument = JSON.parse(
      readFileSync('docs/examples/access-log-bucket-policy.json', 'utf8'),
    );
    const deliver = (key: string, bucket: string, account: string, service = 'logging.s3.amazonaws.com') =>
      mayService(service, {
        action: 's3:PutObject',
        resource: `arn:aws:s3:::${LOG}/${key}`,
        context: { 'aws:SourceArn': `arn:aws:s3:::${bucket}`, 'aws:SourceAccount': account },
        resourcePolicy,
      });
    // As CloudFormation names a bucket: the stack and the logical ID, cut, in lower case.
    const name = `keyturn-${one(logged, 'AWS::S3::Bucket').id?.toLowerCase()}-abc123`;

    expect(await deliver('keyturn-archive/1', name, ACCOUNT)).toBe(true);
    expect(await deliver('others/1', name, ACCOUNT)).toBe(false);
    expect(await deliver('keyturn-archive/1', 'somebody-elses-bucket', ACCOUNT)).toBe(false);
    expect(await deliver('keyturn-archive/1', name, '444455556666')).toBe(false);
    expect(await deliver('keyturn-archive/1', name, ACCOUNT, 's3.amazonaws.com')).toBe(false);
  });
});

describe('what feeds the archive', () => {
  const isWriter = ({ id }: { readonly id: string }) => id.startsWith('KeyRotationArchive');
  const writerOf = (of: CfnTemplate) => resourcesOf(of, 'AWS::Lambda::Function').find(isWriter);
  const bucket = (of: CfnTemplate) => `arn:aws:s3:::${one(of, 'AWS::S3::Bucket').id?.toLowerCase()}`;

  it('is a subscription of every event of the record, and of that log group alone', () => {
    const subscriptions = resourcesOf(template, 'AWS::Logs::SubscriptionFilter');
    const destination = { 'Fn::GetAtt': [writerOf(template)?.id, 'Arn'] };

    expect(subscriptions.map(({ Properties }) => Properties)).toEqual([
      {
        FilterName: 'keyturn-archive',
        FilterPattern: '',
        LogGroupName: '/keyturn/audit',
        DestinationArn: destination,
      },
    ]);
    const permissions = resourcesOf(template, 'AWS::Lambda::Permission').filter(
      ({ Properties }) => Properties.Principal === 'logs.amazonaws.com',
    );
    expect(permissions.map(({ Properties }) => deployed(template, Properties))).toMatchObject([
      {
        Action: 'lambda:InvokeFunction',
        SourceAccount: ACCOUNT,
        SourceArn: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/keyturn/audit:*`,
      },
    ]);
    expect(permissions[0]?.Properties.FunctionName).toEqual(destination);
    expect(subscriptions[0]?.DependsOn).toEqual([permissions[0]?.id, group(template)?.id].sort());
  });

  it('keeps the subscription where an earlier version had it, so that an update turns it over without a gap', () => {
    // Its destination changes without interruption; a filter of another logical ID would collide by its name.
    expect(one(template, 'AWS::Logs::SubscriptionFilter').id).toBe('KeyRotationArchiveStreamSubscription26352918');
  });

  it('never feeds on itself: its own log is another group, without a subscription, and it cannot write to the record', async () => {
    const own = writerOf(template)?.Properties.LoggingConfig;
    const groups = resourcesOf(template, 'AWS::Logs::LogGroup').filter(isWriter);
    expect(own).toMatchObject({ LogGroup: { Ref: groups[0]?.id } });
    expect(groups[0]?.Properties).not.toHaveProperty('LogGroupName');
    expect(
      await mayFunction(template, 'archive', {
        action: 'logs:PutLogEvents',
        resource: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/keyturn/audit:log-stream:archive/2026-04`,
      }),
    ).toBe(false);
  });

  it('K12: may write its own log, add to the events, and keep what fails; nothing else', async () => {
    expect(statementsOf(encrypted, 'archive').map(({ Sid, Action, Resource }) => [Sid, Action, Resource])).toEqual([
      ['WriteOwnLog', ['logs:CreateLogStream', 'logs:PutLogEvents'], expect.stringContaining('ArchiveLogs')],
      ['KeepFailedRuns', 'sqs:SendMessage', expect.stringContaining('UnarchivedEvents')],
      ['WriteEvents', 's3:PutObject', `${bucket(encrypted)}/events/*`],
      ['EncryptInArchive', ['kms:GenerateDataKey', 'kms:Decrypt'], KEY],
    ]);
    expect(statementsOf(template, 'archive').map(({ Sid }) => Sid)).toEqual([
      'WriteOwnLog',
      'KeepFailedRuns',
      'WriteEvents',
    ]);
    for (const action of ['s3:PutObjectRetention', 's3:BypassGovernanceRetention', 's3:DeleteObjectVersion']) {
      expect(
        await mayFunction(template, 'archive', { action, resource: `${bucket(template)}/events/2026/04/01/1.jsonl` }),
        action,
      ).toBe(false);
    }
  });

  it('is tried three times and for six hours, and then kept in a queue of its own', () => {
    const [invocation] = resourcesOf(template, 'AWS::Lambda::EventInvokeConfig').filter(isWriter);

    expect(invocation?.Properties).toMatchObject({ MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 21_600 });
    expect(invocation?.Properties).not.toHaveProperty('DestinationConfig');
    expect(JSON.stringify(writerOf(template)?.Properties.DeadLetterConfig)).toContain('UnarchivedEvents');
    expect(writerOf(template)?.Properties).toMatchObject({ Timeout: 300, MemorySize: 1024 });
    expect(writerOf(template)?.Properties.Environment).toHaveProperty('Variables', {
      KEYTURN_ARCHIVE_BUCKET: { Ref: expect.stringContaining('ArchiveBucket') },
      KEYTURN_RELEASE: expect.stringMatching(/^\d+\.\d+\.\d+\+[0-9a-f]{12}$/),
      NODE_OPTIONS: '--enable-source-maps',
    });
  });
});

describe('the record', () => {
  it('is kept for 400 days unless configured, is protected from deletion, and outlives the stack', () => {
    expect(group(template)).toMatchObject({
      Properties: { LogGroupName: '/keyturn/audit', RetentionInDays: 400, DeletionProtectionEnabled: true },
      // Not even a first deployment that fails takes it back: it is protected, so the rollback would fail too.
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
    expect(group(template)?.Properties).not.toHaveProperty('KmsKeyId');
    expect(group(withAudit({ retentionDays: 1096 }))?.Properties.RetentionInDays).toBe(1096);
    expect(group(encrypted)?.Properties.KmsKeyId).toBe(KEY);
  });

  it('is the one that is there where it is said to be, as its owner has set it up', () => {
    const existing = withAudit({ logGroup: 'existing', archive: { years: 7 }, encryptionKey: KEY });

    expect(group(existing)).toBeUndefined();
    expect(one(existing, 'AWS::Logs::SubscriptionFilter')).toMatchObject({ LogGroupName: '/keyturn/audit' });
    expect(statementsOf(existing, 'rotate').find(({ Sid }) => Sid === 'KeepRecord')?.Resource).toBe(
      `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/keyturn/audit:log-stream:rotate/*`,
    );
  });
});
