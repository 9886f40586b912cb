import * as z from 'zod';
import { operationsOf } from '../../account/operations/operation';
import type { S3 } from './s3';

const operation = operationsOf('InvalidArgument');

const Bucket = z.string().min(1);
const object = { Bucket, Key: z.string().min(1).max(1024) };
const version = { ...object, VersionId: z.string().optional() };
const lockMode = z.enum(['GOVERNANCE', 'COMPLIANCE']);

/** S3, once `wire/s3-rest.ts` has taken its requests apart. What is done to objects are data events. */
export function s3Operations(s3: S3) {
  return {
    CreateBucket: operation(
      'write',
      z.object({ Bucket, ObjectLockEnabledForBucket: z.boolean().default(false) }),
      ({ Bucket: name, ObjectLockEnabledForBucket: objectLock }) => {
        s3.createBucket(name, { versioned: objectLock, objectLock, retention: undefined });
        return { Location: `/${name}` };
      },
    ),
    HeadBucket: operation('read', z.object({ Bucket }), (input) => void s3.bucket(input.Bucket)),
    PutObject: operation(
      'data',
      z.object({
        ...object,
        Body: z.instanceof(Uint8Array),
        ContentType: z.string().optional(),
        ContentMD5: z.string().optional(),
        ChecksumCRC32: z.string().optional(),
        Metadata: z.record(z.string(), z.string()).optional(),
        ServerSideEncryption: z.enum(['AES256', 'aws:kms', 'aws:kms:dsse']).optional(),
        SSEKMSKeyId: z.string().optional(),
        ObjectLockMode: lockMode.optional(),
        ObjectLockRetainUntilDate: z.date().optional(),
      }),
      (input) => s3.putObject(input),
    ),
    GetObject: operation('data', z.object(version), (input) => s3.getObject(input)),
    HeadObject: operation('data', z.object(version), (input) => s3.getObject(input)),
    DeleteObject: operation(
      'data',
      z.object({ ...version, BypassGovernanceRetention: z.boolean().optional() }),
      (input) => s3.deleteObject(input),
    ),
    ListObjectsV2: operation(
      'read',
      z.object({
        Bucket,
        Prefix: z.string().optional(),
        Delimiter: z.string().min(1).optional(),
        MaxKeys: z.number().int().min(0).optional(),
        ContinuationToken: z.string().optional(),
        StartAfter: z.string().optional(),
      }),
      (input) => s3.listObjectsV2({ ...input, MaxKeys: Math.min(input.MaxKeys ?? 1000, 1000) }),
    ),
  };
}
