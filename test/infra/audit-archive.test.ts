import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../functions/core/config/config';
import { type Statement, statementsOf } from './access';
import { ACCOUNT, deployed, REGION } from './deployed';
import { type CfnTemplate, ONE_KEY, resourcesOf, synthesize } from './synthesized';

const KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/5678abcd-56ab-78cd-90ef-567890abcdef`;

const withAudit = (audit: ConfigInput['audit']) => synthesize({ ...ONE_KEY, audit });
const template = withAudit({ archive: { years: 7 } });
const encrypted = withAudit({ archive: { years: 10, mode: 'compliance', glacierAfterDays: 0 }, encryptionKey: KEY });

function one(of: CfnTemplate, type: string) {
  const [found] = resourcesOf(of, type);
  return { id: found?.id, ...(deployed(of, found?.Properties) as Record<string, unknown>), found };
}

/** The statements of a role of the archive, and who assumes it. */
function role(of: CfnTemplate, name: 'Writer' | 'Feeder') {
  const [found] = resourcesOf(of, 'AWS::IAM::Role').filter(({ id }) => id.includes(`ArchiveStream${name}`));
  const { Policies, AssumeRolePolicyDocument } = deployed(of, found?.Properties) as {
    readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
    readonly AssumeRolePolicyDocument: { readonly Statement: readonly Statement[] };
  };
  return {
    statements: Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement),
    trust: AssumeRolePolicyDocument,
  };
}

describe('the archive', () => {
  it('is there only when it is asked for', () => {
    const plain = synthesize(ONE_KEY);

    for (const type of ['AWS::S3::Bucket', 'AWS::KinesisFirehose::DeliveryStream', 'AWS::Logs::SubscriptionFilter']) {
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

  it('refuses unencrypted and outdated transport', () => {
    const [policy] = resourcesOf(template, 'AWS::S3::BucketPolicy');
    const { Statement } = deployed(template, policy?.Properties.PolicyDocument) as { Statement: readonly Statement[] };

    expect(Statement.map(({ Effect, Action, Condition }) => [Effect, Action, Condition])).toEqual([
      ['Deny', 's3:*', { Bool: { 'aws:SecureTransport': 'false' } }],
      ['Deny', 's3:*', { NumericLessThan: { 's3:TlsVersion': 1.2 } }],
    ]);
  });
});

describe('what feeds the archive', () => {
  it('is every event of the record, one JSON line each, by day', () => {
    expect(one(template, 'AWS::Logs::SubscriptionFilter')).toMatchObject({
      LogGroupName: '/keyturn/audit',
      FilterName: 'keyturn-archive',
      FilterPattern: '',
      DestinationArn: expect.stringContaining(':deliverystream/'),
    });
    expect(one(template, 'AWS::KinesisFirehose::DeliveryStream')).toMatchObject({
      DeliveryStreamType: 'DirectPut',
      DeliveryStreamEncryptionConfigurationInput: { KeyType: 'AWS_OWNED_CMK' },
      ExtendedS3DestinationConfiguration: {
        Prefix: 'events/!{timestamp:yyyy/MM/dd}/',
        ErrorOutputPrefix: 'errors/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/',
        CompressionFormat: 'UNCOMPRESSED',
        FileExtension: '.jsonl',
        ProcessingConfiguration: {
          Enabled: true,
          Processors: [
            { Type: 'Decompression', Parameters: [{ ParameterName: 'CompressionFormat', ParameterValue: 'GZIP' }] },
            {
              Type: 'CloudWatchLogProcessing',
              Parameters: [{ ParameterName: 'DataMessageExtraction', ParameterValue: 'true' }],
            },
            { Type: 'AppendDelimiterToRecord' },
          ],
        },
        CloudWatchLoggingOptions: { Enabled: true },
      },
    });
    expect(one(encrypted, 'AWS::KinesisFirehose::DeliveryStream')).toHaveProperty(
      'ExtendedS3DestinationConfiguration.EncryptionConfiguration.KMSEncryptionConfig.AWSKMSKeyARN',
      KEY,
    );
  });

  it('K12: hands over with a role that may only put records into this stream, for the logs of this account', () => {
    const { statements, trust } = role(template, 'Feeder');

    expect(statements).toEqual([
      {
        Sid: 'FeedArchive',
        Effect: 'Allow',
        Action: ['firehose:PutRecord', 'firehose:PutRecordBatch'],
        Resource: expect.stringMatching(/:deliverystream\/KeyRotationArchiveStream\w+$/),
      },
    ]);
    expect(trust.Statement).toEqual([
      expect.objectContaining({
        Principal: { Service: 'logs.amazonaws.com' },
        Condition: { StringLike: { 'aws:SourceArn': `arn:aws:logs:${REGION}:${ACCOUNT}:*` } },
      }),
    ]);
  });

  it('K12: writes with a role that reaches events and errors, and neither reports nor retention', () => {
    const { statements, trust } = role(encrypted, 'Writer');
    const bucket = `arn:aws:s3:::${one(encrypted, 'AWS::S3::Bucket').id?.toLowerCase()}`;

    expect(statements.map(({ Sid, Action, Resource }) => [Sid, Action, Resource])).toEqual([
      ['WriteEvents', ['s3:PutObject', 's3:AbortMultipartUpload'], [`${bucket}/events/*`, `${bucket}/errors/*`]],
      ['FindBucket', ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'], bucket],
      ['TellErrors', 'logs:PutLogEvents', expect.stringContaining('ArchiveStreamLogs')],
      ['EncryptInArchive', ['kms:GenerateDataKey', 'kms:Decrypt'], KEY],
    ]);
    expect(trust.Statement).toEqual([
      expect.objectContaining({
        Principal: { Service: 'firehose.amazonaws.com' },
        Condition: { StringEquals: { 'sts:ExternalId': ACCOUNT } },
      }),
    ]);
    expect(role(template, 'Writer').statements.map(({ Sid }) => Sid)).toEqual([
      'WriteEvents',
      'FindBucket',
      'TellErrors',
    ]);
  });
});

describe('the record', () => {
  const group = (of: CfnTemplate) => resourcesOf(of, 'AWS::Logs::LogGroup').find(({ id }) => id.includes('AuditLog'));

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
