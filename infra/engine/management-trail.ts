import { RemovalPolicy } from 'aws-cdk-lib';
import { ReadWriteType, Trail } from 'aws-cdk-lib/aws-cloudtrail';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

/**
 * A trail for accounts that have none: it brings PutSecretValue to the event bus, and keeps what was done to access keys
 * for the auditor. Management events that write only; the first such trail of an account costs nothing but its storage.
 */
export class ManagementTrail extends Construct {
  readonly bucket: Bucket;
  /** Writes at once. */
  readonly trail: Trail;

  /** @param props `reads`: log calls that only read too, such as taking a role on. @default - writes alone */
  constructor(scope: Construct, id: string, { reads = false }: { readonly reads?: boolean } = {}) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.trail = new Trail(this, 'Trail', {
      bucket: this.bucket,
      managementEvents: reads ? ReadWriteType.ALL : ReadWriteType.WRITE_ONLY,
      enableFileValidation: true,
      // All regions and the global services: IAM's own events are delivered in one region of the partition only.
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
    });
  }
}
