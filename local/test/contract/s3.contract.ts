import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { awsError, type ContractTarget, fresh, REGION } from './target';

/** S3 as the report's archive uses it: objects under keys, path style, with the checksums that the SDK adds. */
export function s3Contract(target: ContractTarget): void {
  describe(`S3 of ${target.name}`, () => {
    const { s3 } = target.makeClients();

    it('answers what was put, with its type and its tag', async () => {
      const Bucket = await newBucket(s3);
      const Key = 'reports/2026-01/Über ä+(1).html';
      const put = await s3.send(new PutObjectCommand({ Bucket, Key, Body: '<p>ü</p>', ContentType: 'text/html' }));
      expect(put.ETag).toBe(`"${createHash('md5').update('<p>ü</p>').digest('hex')}"`);
      const got = await s3.send(new GetObjectCommand({ Bucket, Key }));
      expect(await got.Body?.transformToString()).toBe('<p>ü</p>');
      const described = { ETag: put.ETag, ContentType: 'text/html', ContentLength: 9, LastModified: expect.any(Date) };
      expect(got).toMatchObject(described);
      expect(await s3.send(new HeadObjectCommand({ Bucket, Key }))).toMatchObject(described);
    });

    it('writes where nothing is yet, when asked to, and leaves alone what is there', async () => {
      const Bucket = await newBucket(s3);
      const once = (Body: string) => s3.send(new PutObjectCommand({ Bucket, Key: 'once', Body, IfNoneMatch: '*' }));
      await once('first');
      await expect(once('second')).rejects.toMatchObject(awsError('PreconditionFailed', 412));
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'once' }));
      expect(await got.Body?.transformToString()).toBe('first');
      await s3.send(new DeleteObjectCommand({ Bucket, Key: 'once' }));
      await once('third');
    });

    it('takes a stream', async () => {
      const Bucket = await newBucket(s3);
      const text = 'line\n'.repeat(50_000);
      const Body = Readable.from([Buffer.from(text.slice(0, 100_000)), Buffer.from(text.slice(100_000))]);
      await s3.send(new PutObjectCommand({ Bucket, Key: 'stream', Body, ContentLength: text.length }));
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'stream' }));
      expect(await got.Body?.transformToString()).toBe(text);
    });

    it('lists by prefix, in pages, and rolls up what a delimiter cuts off', async () => {
      const Bucket = await newBucket(s3);
      for (const Key of ['b', 'a/2', 'a/1', 'a/c/3']) await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
      const first = await s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 3 }));
      expect([first.IsTruncated, first.KeyCount]).toEqual([true, 3]);
      expect(first.Contents?.map(({ Key }) => Key)).toEqual(['a/1', 'a/2', 'a/c/3']);
      const rest = new ListObjectsV2Command({ Bucket, ContinuationToken: first.NextContinuationToken });
      expect((await s3.send(rest)).Contents).toMatchObject([{ Key: 'b', Size: 1, StorageClass: 'STANDARD' }]);
      const rolled = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'a/', Delimiter: '/' }));
      expect(rolled.Contents?.map(({ Key }) => Key)).toEqual(['a/1', 'a/2']);
      expect(rolled.CommonPrefixes).toEqual([{ Prefix: 'a/c/' }]);
    });

    it('says what is not there', async () => {
      const Bucket = await newBucket(s3);
      await expect(s3.send(new GetObjectCommand({ Bucket, Key: 'none' }))).rejects.toMatchObject(
        awsError('NoSuchKey', 404, 'The specified key does not exist.'),
      );
      await expect(s3.send(new HeadObjectCommand({ Bucket, Key: 'none' }))).rejects.toMatchObject(
        awsError('NotFound', 404),
      );
      await expect(s3.send(new ListObjectsV2Command({ Bucket: fresh('gone') }))).rejects.toMatchObject(
        awsError('NoSuchBucket', 404, 'The specified bucket does not exist'),
      );
    });

    it('keeps the versions of a bucket with Object Lock', async () => {
      const Bucket = await newBucket(s3, true);
      const until = new Date(Date.now() + 86_400_000);
      const lock = { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: until } as const;
      const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'one', ...lock }));
      await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'two' }));
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'k', VersionId }));
      expect([await got.Body?.transformToString(), got.ObjectLockMode]).toEqual(['one', 'COMPLIANCE']);
      await expect(s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId }))).rejects.toMatchObject(
        awsError('AccessDenied', 403),
      );
      expect(await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }))).toMatchObject({ DeleteMarker: true });
    });
  });
}

async function newBucket(s3: S3Client, ObjectLockEnabledForBucket = false): Promise<string> {
  const Bucket = fresh('bucket');
  const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration, ObjectLockEnabledForBucket }));
  return Bucket;
}
