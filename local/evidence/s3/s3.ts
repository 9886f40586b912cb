import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AwsError } from '../../account/aws-error';
import type { Identifiers } from '../../account/identifiers';
import { encodeToken, positionOf } from '../../account/paging';
import type { Clock } from '../../clock';
import { Bucket, type BucketSettings } from './s3-bucket';
import type { S3Input } from './s3-inputs';
import { type Encryption, eTagOf, type ObjectVersion, type Retention } from './s3-object';

const DAY = 86_400_000;
const UNVERSIONED: BucketSettings = { versioned: false, objectLock: false, retention: undefined };

/** S3, as far as an archive needs it: buckets with versions and Object Lock. */
export class S3 {
  readonly #buckets = new Map<string, Bucket>();

  constructor(
    private readonly clock: Clock,
    private readonly identifiers: Identifiers,
  ) {}

  /** @throws AwsError InvalidBucketName, BucketAlreadyOwnedByYou */
  createBucket(name: string, settings: BucketSettings = UNVERSIONED): Bucket {
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
      throw new AwsError('InvalidBucketName', 400, 'The specified bucket is not valid.');
    }
    if (this.#buckets.has(name)) {
      const message = 'Your previous request to create the named bucket succeeded and you already own it.';
      throw new AwsError('BucketAlreadyOwnedByYou', 409, message);
    }
    const bucket = new Bucket(name, this.clock.now(), settings);
    this.#buckets.set(name, bucket);
    return bucket;
  }

  has(name: string): boolean {
    return this.#buckets.has(name);
  }

  /** @throws AwsError NoSuchBucket */
  bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) throw new AwsError('NoSuchBucket', 404, 'The specified bucket does not exist');
    return bucket;
  }

  /** @throws AwsError NoSuchBucket, BucketNotEmpty */
  deleteBucket(name: string): void {
    if (!this.bucket(name).isEmpty) {
      throw new AwsError('BucketNotEmpty', 409, 'The bucket you tried to delete is not empty');
    }
    this.#buckets.delete(name);
  }

  /**
   * @throws AwsError NoSuchBucket, BadDigest, InvalidRequest (a lock without a lock in the bucket, or without a checksum),
   *   PreconditionFailed (`IfNoneMatch`, and there is one; a deleted one is none)
   */
  putObject(input: S3Input<'PutObject'>) {
    const bucket = this.bucket(input.Bucket);
    const body = Buffer.from(input.Body);
    assertDigests(body, input);
    if (input.IfNoneMatch !== undefined && bucket.versions(input.Key).at(-1)?.isDeleteMarker === false) {
      const message = 'At least one of the pre-conditions you specified did not hold';
      throw new AwsError('PreconditionFailed', 412, message);
    }
    const retention = this.retentionOf(bucket, input);
    if (retention !== undefined && input.ContentMD5 === undefined && input.ChecksumCRC32 === undefined) {
      const message =
        'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters';
      throw new AwsError('InvalidRequest', 400, message);
    }
    const { kmsKeyId } = bucket.settings;
    const encryption: Encryption = {
      ServerSideEncryption: input.ServerSideEncryption ?? (kmsKeyId === undefined ? 'AES256' : 'aws:kms'),
      SSEKMSKeyId: input.SSEKMSKeyId ?? (input.ServerSideEncryption === undefined ? kmsKeyId : undefined),
    };
    const version: ObjectVersion = {
      key: input.Key,
      versionId: this.versionId(bucket),
      body,
      eTag: eTagOf(body),
      lastModified: Math.floor(this.clock.now() / 1000) * 1000,
      contentType: input.ContentType ?? 'application/octet-stream',
      isDeleteMarker: false,
      encryption,
      metadata: input.Metadata ?? {},
      checksumCRC32: input.ChecksumCRC32,
      retention,
    };
    bucket.add(version);
    return { ETag: version.eTag, ...shownVersion(version), ...encryption, ChecksumCRC32: version.checksumCRC32 };
  }

  /** @throws AwsError NoSuchBucket, NoSuchKey, NoSuchVersion */
  getObject(input: S3Input<'GetObject'>) {
    const found = this.bucket(input.Bucket).find(input.Key, input.VersionId);
    return {
      Body: found.body,
      ContentLength: found.body.length,
      ContentType: found.contentType,
      ETag: found.eTag,
      LastModified: new Date(found.lastModified),
      Metadata: found.metadata,
      ObjectLockMode: found.retention?.mode,
      ObjectLockRetainUntilDate: found.retention === undefined ? undefined : new Date(found.retention.until),
      ...shownVersion(found),
      ...found.encryption,
    };
  }

  /**
   * Without a version a versioned bucket only gets a marker; with one, the version is gone for good.
   * @throws AwsError NoSuchBucket, AccessDenied while the version is locked
   */
  deleteObject(input: S3Input<'DeleteObject'>) {
    const bucket = this.bucket(input.Bucket);
    const { Key: key, VersionId: versionId } = input;
    if (versionId !== undefined || !bucket.settings.versioned) {
      const doomed = bucket.versions(key).find((version) => version.versionId === (versionId ?? 'null'));
      if (doomed !== undefined) this.assertUnlocked(doomed, input.BypassGovernanceRetention === true);
      bucket.remove(key, versionId ?? 'null');
      return { VersionId: versionId, DeleteMarker: undefined };
    }
    const marker: ObjectVersion = {
      key,
      versionId: this.versionId(bucket),
      body: Buffer.alloc(0),
      eTag: '',
      lastModified: this.clock.now(),
      contentType: '',
      isDeleteMarker: true,
      encryption: { ServerSideEncryption: 'AES256' },
      metadata: {},
      checksumCRC32: undefined,
      retention: undefined,
    };
    bucket.add(marker);
    return { VersionId: marker.versionId, DeleteMarker: true };
  }

  /** Keys in order; what a delimiter cuts off is one common prefix. @throws AwsError NoSuchBucket, InvalidArgument */
  listObjectsV2(input: S3Input<'ListObjectsV2'>) {
    const { Prefix = '', Delimiter: delimiter, MaxKeys = 1000, ContinuationToken, StartAfter } = input;
    const badToken = () => new AwsError('InvalidArgument', 400, 'The continuation token provided is incorrect');
    const after = positionOf(ContinuationToken, badToken) ?? StartAfter ?? '';
    const rolled = (key: string) => {
      const end = delimiter === undefined ? -1 : key.indexOf(delimiter, Prefix.length);
      return end === -1 ? undefined : key.slice(0, end + (delimiter?.length ?? 0));
    };
    const entries = new Map<string, ObjectVersion>();
    for (const version of this.bucket(input.Bucket).current()) {
      if (!version.key.startsWith(Prefix)) continue;
      const name = rolled(version.key) ?? version.key;
      if (name > after && !entries.has(name)) entries.set(name, version);
    }
    const shown = [...entries].slice(0, MaxKeys);
    const last = shown.at(-1)?.[0];
    const isTruncated = entries.size > shown.length;
    const spelled = (name: string) =>
      input.EncodingType === 'url' ? encodeURIComponent(name).replaceAll('%2F', '/') : name;
    return {
      Name: input.Bucket,
      Prefix: spelled(Prefix),
      Delimiter: delimiter === undefined ? undefined : spelled(delimiter),
      EncodingType: input.EncodingType,
      MaxKeys,
      KeyCount: shown.length,
      IsTruncated: isTruncated,
      NextContinuationToken: isTruncated && last !== undefined ? encodeToken(last) : undefined,
      Contents: shown
        .filter(([name, { key }]) => name === key)
        .map(([key, { eTag, lastModified, body }]) => ({
          Key: spelled(key),
          LastModified: new Date(lastModified),
          ETag: eTag,
          Size: body.length,
          StorageClass: 'STANDARD',
        })),
      CommonPrefixes: shown.filter(([name, { key }]) => name !== key).map(([name]) => ({ Prefix: spelled(name) })),
    };
  }

  /** @throws AwsError as `getObject` does, NoSuchObjectLockConfiguration */
  getObjectRetention(input: S3Input<'GetObjectRetention'>) {
    const { ObjectLockMode: Mode, ObjectLockRetainUntilDate: RetainUntilDate } = this.getObject(input);
    if (RetainUntilDate !== undefined) return { Mode, RetainUntilDate };
    const message = 'The specified object does not have a ObjectLock configuration';
    throw new AwsError('NoSuchObjectLockConfiguration', 404, message);
  }

  /** @throws AwsError NoSuchBucket, ObjectLockConfigurationNotFoundError */
  getObjectLockConfiguration(input: S3Input<'GetObjectLockConfiguration'>) {
    const { objectLock, retention } = this.bucket(input.Bucket).settings;
    if (!objectLock) {
      const message = 'Object Lock configuration does not exist for this bucket';
      throw new AwsError('ObjectLockConfigurationNotFoundError', 404, message);
    }
    const Rule = retention && { DefaultRetention: { Mode: retention.mode, Days: retention.days } };
    return { ObjectLockEnabled: 'Enabled', Rule };
  }

  private versionId({ settings }: Bucket): string {
    return settings.versioned ? this.identifiers.requestId().replaceAll('-', '') : 'null';
  }

  private retentionOf({ settings }: Bucket, input: S3Input<'PutObject'>): Retention | undefined {
    const { ObjectLockMode: mode, ObjectLockRetainUntilDate: until } = input;
    if ((mode === undefined) !== (until === undefined)) {
      const message = 'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied';
      throw new AwsError('InvalidArgument', 400, message);
    }
    if (mode !== undefined && until !== undefined) {
      if (settings.objectLock) return { mode, until: until.getTime() };
      throw new AwsError('InvalidRequest', 400, 'Bucket is missing Object Lock Configuration');
    }
    const { retention } = settings;
    return retention && { mode: retention.mode, until: this.clock.now() + retention.days * DAY };
  }

  private assertUnlocked({ retention }: ObjectVersion, bypass: boolean): void {
    if (retention === undefined || retention.until <= this.clock.now()) return;
    if (retention.mode === 'GOVERNANCE' && bypass) return;
    throw new AwsError('AccessDenied', 403, 'Access Denied because object protected by object lock.');
  }
}

function shownVersion({ versionId }: ObjectVersion) {
  return { VersionId: versionId === 'null' ? undefined : versionId };
}

function assertDigests(body: Buffer, { ContentMD5, ChecksumCRC32 }: S3Input<'PutObject'>): void {
  if (ContentMD5 !== undefined && createHash('md5').update(body).digest('base64') !== ContentMD5) {
    throw new AwsError('BadDigest', 400, 'The Content-MD5 you specified did not match what we received.');
  }
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  if (ChecksumCRC32 !== undefined && sum.toString('base64') !== ChecksumCRC32) {
    throw new AwsError('BadDigest', 400, 'The CRC32 you specified did not match the calculated checksum.');
  }
}
