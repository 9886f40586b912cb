import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  ObjectOwnership,
  StorageClass,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

export interface AuditArchiveProps {
  /** Years for which an object is locked. */
  readonly years: number;
  /** S3's Object Lock mode: `governance` or `compliance`. */
  readonly mode: string;
  /** Days after which an object moves to Glacier Instant Retrieval. */
  readonly glacierAfterDays: number;
  /** ARN of the KMS key that encrypts the objects. @default - S3's own */
  readonly encryptionKey?: string;
  /** Name of the bucket that gets a log of the requests. @default - requests are not logged */
  readonly accessLog?: string;
}

/** What the names of these logs begin with. */
const ACCESS_LOG_PREFIX = 'keyturn-archive/';

/** An S3 bucket in which nobody can change or delete an object before its time, and which outlives the stack. */
export class AuditArchive extends Construct {
  readonly bucket: Bucket;
  /** The KMS key that encrypts the objects, where one is given. */
  readonly key: IKey | undefined;

  constructor(scope: Construct, id: string, props: AuditArchiveProps) {
    super(scope, id);
    const { years, mode, glacierAfterDays, encryptionKey, accessLog } = props;
    this.key = encryptionKey === undefined ? undefined : Key.fromKeyArn(this, 'Key', encryptionKey);
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      ...(this.key === undefined
        ? { encryption: BucketEncryption.S3_MANAGED }
        : { encryption: BucketEncryption.KMS, encryptionKey: this.key, bucketKeyEnabled: true }),
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      versioned: true,
      objectLockEnabled: true,
      lifecycleRules: [
        {
          id: 'Glacier',
          transitions: [
            { storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: Duration.days(glacierAfterDays) },
          ],
        },
        { id: 'AbandonedUploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
      ],
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    // The CDK's own property counts days only, and a year may have one more.
    const resource = this.bucket.node.defaultChild as CfnBucket;
    resource.objectLockConfiguration = {
      objectLockEnabled: 'Enabled',
      rule: { defaultRetention: { mode: mode.toUpperCase(), years } },
    };
    // With the CDK's own property comes a warning that the policy of the other bucket cannot be changed from here.
    if (accessLog !== undefined) {
      resource.loggingConfiguration = { destinationBucketName: accessLog, logFilePrefix: ACCESS_LOG_PREFIX };
    }
  }

  /** From here on nobody adds an object but these, and they only where there is none of its key. */
  admitOnly(writers: IRole[]): void {
    const objects = {
      principals: [new AnyPrincipal()],
      actions: ['s3:PutObject'],
      resources: [this.bucket.arnForObjects('*')],
    };
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'NobodyElseAdds',
        effect: Effect.DENY,
        ...objects,
        conditions: { StringNotEquals: { 'aws:PrincipalArn': writers.map(({ roleArn }) => roleArn) } },
      }),
    );
    // So that no newer version lies over what is there.
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'EachKeyOnce',
        effect: Effect.DENY,
        ...objects,
        conditions: { Null: { 's3:if-none-match': 'true' } },
      }),
    );
  }
}
