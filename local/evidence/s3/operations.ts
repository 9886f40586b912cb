import { operationsOf } from '../../account/operations/operation';
import type { S3 } from './s3';
import { s3Inputs as takes } from './s3-inputs';

const operation = operationsOf('InvalidArgument');

/** S3, once `s3-rest.ts` has taken its requests apart. What is done to objects are data events. */
export function s3Operations(s3: S3) {
  return {
    CreateBucket: operation('write', takes.CreateBucket, ({ Bucket, ObjectLockEnabledForBucket: objectLock }) => {
      s3.createBucket(Bucket, { versioned: objectLock, objectLock, retention: undefined });
      return { Location: `/${Bucket}` };
    }),
    HeadBucket: operation('read', takes.HeadBucket, (input) => void s3.bucket(input.Bucket)),
    PutObject: operation('data', takes.PutObject, (input) => s3.putObject(input)),
    GetObject: operation('data', takes.GetObject, (input) => s3.getObject(input)),
    HeadObject: operation('data', takes.GetObject, (input) => s3.getObject(input)),
    GetObjectRetention: operation('read', takes.GetObjectRetention, (input) => s3.getObjectRetention(input)),
    GetObjectLockConfiguration: operation('read', takes.GetObjectLockConfiguration, (input) =>
      s3.getObjectLockConfiguration(input),
    ),
    DeleteObject: operation('data', takes.DeleteObject, (input) => s3.deleteObject(input)),
    ListObjectsV2: operation('read', takes.ListObjectsV2, (input) =>
      s3.listObjectsV2({ ...input, MaxKeys: Math.min(input.MaxKeys ?? 1000, 1000) }),
    ),
  };
}
