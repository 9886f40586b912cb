import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectAclCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { DAY, type Keys, START, world } from '../account/world';

const Bucket = 'archive';

async function bucketWorld(options: Parameters<typeof world>[0] = {}) {
  const here = await world(options);
  const client = (credentials: Keys = here.account.rootSession(), more: S3ClientConfig = {}) =>
    new S3Client({
      endpoint: here.server.url,
      region: here.account.region,
      forcePathStyle: true,
      maxAttempts: 1,
      credentials,
      ...more,
    });
  const s3 = client();
  await s3.send(new CreateBucketCommand({ Bucket }));
  const read = async (Key: string, VersionId?: string) => {
    const { Body, ...answer } = await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }));
    return { text: (await Body?.transformToString()) ?? '', ...answer };
  };
  return { ...here, client, s3, read };
}

describe('S3', () => {
  it('keeps objects under any key, with what was said of them', async () => {
    const { s3, read } = await bucketWorld();
    const Key = "reports/2026 01/Über+ä (1)~*'!&=?#.html";
    const put = await s3.send(
      new PutObjectCommand({
        Bucket,
        Key,
        Body: '<p>ü</p>',
        ContentType: 'text/html',
        ServerSideEncryption: 'aws:kms',
        SSEKMSKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/1',
        Metadata: { report: 'acme.report/v1' },
      }),
    );
    expect(put).toMatchObject({
      ETag: `"${createHash('md5').update('<p>ü</p>').digest('hex')}"`,
      ServerSideEncryption: 'aws:kms',
      ChecksumCRC32: expect.any(String),
    });
    expect(put.VersionId).toBeUndefined();
    expect(await read(Key)).toMatchObject({
      text: '<p>ü</p>',
      ContentType: 'text/html',
      ContentLength: 9,
      LastModified: new Date(START),
      SSEKMSKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/1',
      Metadata: { report: 'acme.report/v1' },
      ETag: put.ETag,
    });
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key }))).toMatchObject({ ContentLength: 9, ETag: put.ETag });
  });

  it('takes streams, which the SDK sends in chunks with a checksum behind them', async () => {
    const { s3, read } = await bucketWorld();
    const parts = ['a'.repeat(70_000), 'b'.repeat(3), 'c'.repeat(2_000_000)];
    const ContentLength = parts.join('').length;
    const Body = Readable.from(parts.map((part) => Buffer.from(part)));
    const { ChecksumCRC32 } = await s3.send(new PutObjectCommand({ Bucket, Key: 'stream', Body, ContentLength }));
    expect(ChecksumCRC32).toMatch(/^[\w+/]{6}==$/);
    expect((await read('stream')).text).toBe(parts.join(''));
  });

  it('lists by prefix, in pages, and rolls up what a delimiter cuts off', async () => {
    const { s3 } = await bucketWorld();
    for (const Key of ['a/1', 'a/2', 'a/b/3', 'a/c/4', 'z<&>'])
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    const all: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await s3.send(
        new ListObjectsV2Command({
          Bucket,
          MaxKeys: 2,
          ContinuationToken,
        }),
      );
      all.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
      expect(page.KeyCount).toBeLessThanOrEqual(2);
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    expect(all).toEqual(['a/1', 'a/2', 'a/b/3', 'a/c/4', 'z<&>']);
    const rolled = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'a/', Delimiter: '/' }));
    expect(rolled.Contents?.map(({ Key, Size }) => [Key, Size])).toEqual([
      ['a/1', 3],
      ['a/2', 3],
    ]);
    expect(rolled.CommonPrefixes).toEqual([{ Prefix: 'a/b/' }, { Prefix: 'a/c/' }]);
    expect((await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'nothing' }))).Contents).toBeUndefined();
  });

  it('refuses what is not there in S3’s words', async () => {
    const { s3, read, client, userWithKey } = await bucketWorld();
    await expect(read('none')).rejects.toMatchObject({ name: 'NoSuchKey', $metadata: { httpStatusCode: 404 } });
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key: 'none' }))).rejects.toMatchObject({ name: 'NotFound' });
    await expect(s3.send(new HeadBucketCommand({ Bucket: 'nobodys' }))).rejects.toMatchObject({ name: 'NotFound' });
    await expect(s3.send(new ListObjectsV2Command({ Bucket: 'nobodys' }))).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
    await expect(s3.send(new CreateBucketCommand({ Bucket }))).rejects.toMatchObject({
      name: 'BucketAlreadyOwnedByYou',
    });
    await expect(s3.send(new PutObjectAclCommand({ Bucket, Key: 'k', ACL: 'private' }))).rejects.toMatchObject({
      name: 'NotImplemented',
    });
    await expect(
      s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' })),
    ).rejects.toMatchObject({ name: 'BadDigest' });
    const { keys } = userWithKey('reader');
    const wrong = client({ ...keys, secretAccessKey: 'x'.repeat(40) });
    await expect(wrong.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
    const unknown = client({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x'.repeat(40) });
    await expect(unknown.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject({
      name: 'InvalidAccessKeyId',
    });
  });

  it('asks who may, and counts the use of a key', async () => {
    const asked: string[] = [];
    const { client, userWithKey, account } = await bucketWorld({
      authorize: ({ principal, service, action }) => {
        if (principal.kind !== 'root') asked.push(`${service}:${action}`);
        return { allowed: principal.kind === 'root' || action === 'GetObject' };
      },
    });
    const { keys, key } = userWithKey('reader');
    const reader = client(keys);
    await expect(reader.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      $metadata: { httpStatusCode: 403 },
    });
    await expect(reader.send(new GetObjectCommand({ Bucket, Key: 'k' }))).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(asked).toEqual(['s3:PutObject', 's3:GetObject']);
    expect(account.iam.accessKeys.lastUse(key)).toMatchObject({ service: 's3' });
    expect(account.trail.map(({ eventName }) => eventName)).toEqual(['CreateBucket']);
  });
});

describe('Object Lock', () => {
  async function lockedWorld(mode: 'GOVERNANCE' | 'COMPLIANCE') {
    const here = await bucketWorld();
    here.account.s3.bucket(Bucket).settings = { versioned: true, objectLock: true, retention: { mode, days: 365 } };
    const put = async (Body: string) =>
      (await here.s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body }))).VersionId;
    const remove = (VersionId?: string, BypassGovernanceRetention = false) =>
      here.s3.send(
        new DeleteObjectCommand({
          Bucket,
          Key: 'k',
          ...(VersionId === undefined ? {} : { VersionId, BypassGovernanceRetention }),
        }),
      );
    return { ...here, put, remove };
  }

  it('keeps every version for its time, against everybody in compliance mode', async () => {
    const { put, remove, read, clock, s3 } = await lockedWorld('COMPLIANCE');
    const [first, second] = [await put('one'), await put('two')];
    expect(first).not.toBe(second);
    const denied = { name: 'AccessDenied', message: expect.stringContaining('object lock') };
    await expect(remove(first)).rejects.toMatchObject(denied);
    await expect(remove(first, true)).rejects.toMatchObject(denied);
    expect(await read('k', first)).toMatchObject({
      text: 'one',
      ObjectLockMode: 'COMPLIANCE',
      ObjectLockRetainUntilDate: new Date(START + 365 * DAY),
    });
    expect((await read('k')).text).toBe('two');
    const { Retention } = await s3.send(new GetObjectRetentionCommand({ Bucket, Key: 'k', VersionId: first }));
    expect(Retention).toEqual({ Mode: 'COMPLIANCE', RetainUntilDate: new Date(START + 365 * DAY) });
    const { ObjectLockConfiguration } = await s3.send(new GetObjectLockConfigurationCommand({ Bucket }));
    expect(ObjectLockConfiguration).toEqual({
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 365 } },
    });
    clock.advanceBy(365 * DAY);
    await remove(first);
    await expect(read('k', first)).rejects.toMatchObject({ name: 'NoSuchVersion' });
    expect((await read('k', second)).text).toBe('two');
  });

  it('gives way to those who may bypass governance mode', async () => {
    const { put, remove } = await lockedWorld('GOVERNANCE');
    const version = await put('one');
    await expect(remove(version)).rejects.toMatchObject({ name: 'AccessDenied' });
    await remove(version, true);
  });

  it('lets a deletion without a version only hide the object', async () => {
    const { put, remove, read, account } = await lockedWorld('COMPLIANCE');
    const version = await put('one');
    expect(await remove()).toMatchObject({ DeleteMarker: true });
    await expect(read('k')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect((await read('k', version)).text).toBe('one');
    expect(account.s3.bucket(Bucket).versions('k')).toHaveLength(2);
    expect(() => account.s3.deleteBucket(Bucket)).toThrow(/not empty/);
  });

  it('takes nothing without a checksum', async () => {
    const { client } = await lockedWorld('COMPLIANCE');
    const careless = client(undefined, { requestChecksumCalculation: 'WHEN_REQUIRED' });
    await expect(careless.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }))).rejects.toMatchObject({
      name: 'InvalidRequest',
    });
  });
});
