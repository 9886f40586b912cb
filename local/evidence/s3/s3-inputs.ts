import * as z from 'zod';

const Bucket = z.string().min(1);
const object = { Bucket, Key: z.string().min(1).max(1024) };
const version = { ...object, VersionId: z.string().optional() };

/** What each action takes, as AWS bounds it. */
export const s3Inputs = {
  CreateBucket: z.object({ Bucket, ObjectLockEnabledForBucket: z.boolean().default(false) }),
  HeadBucket: z.object({ Bucket }),
  PutObject: z.object({
    ...object,
    Body: z.instanceof(Uint8Array),
    ContentType: z.string().optional(),
    /** Only `*` is here: where there is no object of this key. */
    IfNoneMatch: z.literal('*').optional(),
    /** Base64, as the other checksum. */
    ContentMD5: z.string().optional(),
    ChecksumCRC32: z.string().optional(),
    Metadata: z.record(z.string(), z.string()).optional(),
    ServerSideEncryption: z.enum(['AES256', 'aws:kms', 'aws:kms:dsse']).optional(),
    SSEKMSKeyId: z.string().optional(),
    ObjectLockMode: z.enum(['GOVERNANCE', 'COMPLIANCE']).optional(),
    ObjectLockRetainUntilDate: z.date().optional(),
  }),
  GetObject: z.object(version),
  GetObjectRetention: z.object(version),
  GetObjectLockConfiguration: z.object({ Bucket }),
  DeleteObject: z.object({ ...version, BypassGovernanceRetention: z.boolean().optional() }),
  ListObjectsV2: z.object({
    Bucket,
    Prefix: z.string().optional(),
    Delimiter: z.string().min(1).optional(),
    /** Default and at most 1000. */
    MaxKeys: z.number().int().min(0).optional(),
    ContinuationToken: z.string().optional(),
    StartAfter: z.string().optional(),
    EncodingType: z.literal('url').optional(),
  }),
};

export type S3Input<A extends keyof typeof s3Inputs> = Readonly<z.output<(typeof s3Inputs)[A]>>;
