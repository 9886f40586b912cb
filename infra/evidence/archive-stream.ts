import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { CfnSubscriptionFilter, type ILogGroup, LogGroup, LogStream } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { onlyThrough, WRITE_ENCRYPTED } from '../access/kms-use';
import { ARCHIVE_PREFIX, type AuditArchive } from './audit-archive';

export interface ArchiveStreamProps {
  /** The record of record. */
  readonly auditLog: ILogGroup;
  readonly archive: AuditArchive;
  /** How long what Firehose says about failed deliveries is kept. */
  readonly logRetentionDays: number;
}

/** Firehose's processors: a batch of the subscription becomes one JSON line an event. */
const UNPACK = [
  { type: 'Decompression', parameters: [{ parameterName: 'CompressionFormat', parameterValue: 'GZIP' }] },
  {
    type: 'CloudWatchLogProcessing',
    parameters: [{ parameterName: 'DataMessageExtraction', parameterValue: 'true' }],
  },
  // Without a parameter it is a line break.
  { type: 'AppendDelimiterToRecord' },
];

/** Name of the subscription filter, by which CloudWatch knows its metrics. */
const FILTER = 'keyturn-archive';

/** Copies every event of the record into the archive, within a quarter of an hour. */
export class ArchiveStream extends Construct {
  /** Names by which CloudWatch knows what copies. */
  readonly watched: { readonly stream: string; readonly logGroup: string; readonly filter: string };

  constructor(scope: Construct, id: string, { auditLog, archive, logRetentionDays }: ArchiveStreamProps) {
    super(scope, id);
    const logs = new LogGroup(this, 'Logs', { retention: logRetentionDays, removalPolicy: RemovalPolicy.DESTROY });
    const logStream = new LogStream(this, 'LogStream', { logGroup: logs, removalPolicy: RemovalPolicy.DESTROY });
    const writer = new Role(this, 'Writer', {
      // Firehose names the account that it works for as the external ID.
      assumedBy: new ServicePrincipal('firehose.amazonaws.com', {
        conditions: { StringEquals: { 'sts:ExternalId': Stack.of(this).account } },
      }),
      description: 'Keyturn: writes audit events into the archive',
      inlinePolicies: { Keyturn: new PolicyDocument({ statements: writerStatements(archive, logs) }) },
    });
    const stream = new CfnDeliveryStream(this, 'Stream', {
      deliveryStreamType: 'DirectPut',
      deliveryStreamEncryptionConfigurationInput: { keyType: 'AWS_OWNED_CMK' },
      extendedS3DestinationConfiguration: {
        bucketArn: archive.bucket.bucketArn,
        roleArn: writer.roleArn,
        prefix: `${ARCHIVE_PREFIX.events}!{timestamp:yyyy/MM/dd}/`,
        errorOutputPrefix: `${ARCHIVE_PREFIX.errors}!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/`,
        fileExtension: '.jsonl',
        // Plain text, which people and every tool read; the events of a day are some kilobytes.
        compressionFormat: 'UNCOMPRESSED',
        bufferingHints: { intervalInSeconds: 900, sizeInMBs: 64 },
        ...(archive.key === undefined
          ? {}
          : { encryptionConfiguration: { kmsEncryptionConfig: { awskmsKeyArn: archive.key.keyArn } } }),
        processingConfiguration: { enabled: true, processors: UNPACK },
        cloudWatchLoggingOptions: {
          enabled: true,
          logGroupName: logs.logGroupName,
          logStreamName: logStream.logStreamName,
        },
      },
    });
    const feeder = new Role(this, 'Feeder', {
      assumedBy: new ServicePrincipal('logs.amazonaws.com', {
        conditions: { StringLike: { 'aws:SourceArn': Stack.of(this).formatArn({ service: 'logs', resource: '*' }) } },
      }),
      description: 'Keyturn: hands audit events to the archive',
      inlinePolicies: {
        Keyturn: new PolicyDocument({
          statements: [
            new PolicyStatement({
              sid: 'FeedArchive',
              actions: ['firehose:PutRecord', 'firehose:PutRecordBatch'],
              resources: [stream.attrArn],
            }),
          ],
        }),
      },
    });
    new CfnSubscriptionFilter(this, 'Subscription', {
      filterName: FILTER,
      logGroupName: auditLog.logGroupName,
      // Everything.
      filterPattern: '',
      destinationArn: stream.attrArn,
      roleArn: feeder.roleArn,
    });
    this.watched = { stream: stream.ref, logGroup: auditLog.logGroupName, filter: FILTER };
  }
}

function writerStatements({ bucket, key }: AuditArchive, logs: ILogGroup): PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: 'WriteEvents',
      actions: ['s3:PutObject', 's3:AbortMultipartUpload'],
      resources: [bucket.arnForObjects(`${ARCHIVE_PREFIX.events}*`), bucket.arnForObjects(`${ARCHIVE_PREFIX.errors}*`)],
    }),
    new PolicyStatement({
      sid: 'FindBucket',
      actions: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
      resources: [bucket.bucketArn],
    }),
    new PolicyStatement({ sid: 'TellErrors', actions: ['logs:PutLogEvents'], resources: [logs.logGroupArn] }),
    ...(key === undefined
      ? []
      : [
          new PolicyStatement({
            sid: 'EncryptInArchive',
            actions: [...WRITE_ENCRYPTED],
            resources: [key.keyArn],
            conditions: onlyThrough(bucket.stack, 's3'),
          }),
        ]),
  ];
}
