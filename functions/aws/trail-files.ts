import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { createGunzip, gunzipSync } from 'node:zlib';
import { CloudTrailClient, DescribeTrailsCommand, ListPublicKeysCommand } from '@aws-sdk/client-cloudtrail';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { HOUR } from '../core/duration';
import type { DigestKey, ReadingBounds, TrailFile, TrailFiles } from '../report/evidence/ports';
import { type ClientConfig, reviewConfig } from './client-config';
import { awsFailure, calling } from './failure';
import { s3Client } from './s3-client';
import { TrailFileRecords } from './trail-file-records';

/** Bytes that a file may unpack to: what unpacks to more is none of CloudTrail's. */
const MOST_UNPACKED = 1024 ** 3;

/** Bytes that a digest may unpack to: it names the files of an hour. */
const LARGEST_DIGEST = 64 * 1024 * 1024;

/** The SDK itself repeats what was not answered, and not what was cut off in the middle of its answer. */
const TRIES = 3;

/** What S3 answers in Node.js. */
type NodeJsBody = Readable & { transformToByteArray(): Promise<Uint8Array> };

/** An hour, and what two regions of a busy account write in a year: some hundred files a day each. */
const BOUNDS: ReadingBounds = { takes: HOUR, files: 400_000 };

/** The TrailFiles port over S3. */
export function createTrailFiles(
  bounds: Partial<ReadingBounds> = {},
  config: ClientConfig = reviewConfig(),
): TrailFiles {
  // The trail of an organization is often in another region.
  const client = s3Client({ ...config, followRegionRedirects: true });
  const trailIn = (region: string) => new CloudTrailClient({ ...config, region });
  const listPage = (bucket: string, prefix: string, token?: string) =>
    calling(`s3:ListBucket of ${prefix} in ${bucket}`, {}, () =>
      client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token })),
    );
  const get = async (bucket: string, key: string) => {
    const { Body, Metadata = {} } = await calling(`s3:GetObject of ${key} in ${bucket}`, {}, () =>
      client.send(new GetObjectCommand({ Bucket: bucket, Key: key })),
    );
    return { body: Body as NodeJsBody, metadata: Metadata };
  };
  return {
    bounds: { ...BOUNDS, ...bounds },

    async list(bucket, prefix, most) {
      const files: TrailFile[] = [];
      let token: string | undefined;
      do {
        const page = await listPage(bucket, prefix, token);
        for (const { Key: key = '', Size: size = 0 } of page.Contents ?? []) {
          if (key.endsWith('.json.gz')) files.push({ key, size });
        }
        if (files.length > most) return undefined;
        token = page.NextContinuationToken;
      } while (token !== undefined);
      return files;
    },

    async records(bucket, key, isWanted) {
      for (let tries = 1; ; tries += 1) {
        try {
          return await unpacked((await get(bucket, key)).body, isWanted);
        } catch (thrown) {
          if (!(thrown instanceof CutOff)) throw thrown;
          if (tries === TRIES) throw awsFailure(thrown, `s3:GetObject of ${key} in ${bucket}`);
        }
      }
    },

    async digest(bucket, key) {
      const doing = `s3:GetObject of ${key} in ${bucket}`;
      const { body, metadata } = await get(bucket, key);
      const packed = await calling(doing, {}, async () => body.transformToByteArray());
      return { content: unpackedDigest(packed), signature: metadata.signature };
    },

    async signingKeys(region, from, to) {
      const keys: DigestKey[] = [];
      let NextToken: string | undefined;
      do {
        const page = await calling(`cloudtrail:ListPublicKeys in ${region}`, {}, () =>
          trailIn(region).send(new ListPublicKeysCommand({ StartTime: from, EndTime: to, NextToken })),
        );
        for (const { Fingerprint: fingerprint, Value: der } of page.PublicKeyList ?? []) {
          if (fingerprint !== undefined && der !== undefined) keys.push({ fingerprint, der });
        }
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return keys;
    },

    async validation(region, { bucket, prefix = '' }) {
      const { trailList = [] } = await calling(`cloudtrail:DescribeTrails in ${region}`, {}, () =>
        trailIn(region).send(new DescribeTrailsCommand({})),
      );
      return trailList
        .filter(({ S3BucketName, S3KeyPrefix = '' }) => S3BucketName === bucket && S3KeyPrefix === prefix)
        .map(({ LogFileValidationEnabled = false }) => LogFileValidationEnabled);
    },
  };
}

/** Empty where it cannot be unpacked: no digest is. */
function unpackedDigest(packed: Uint8Array): Buffer {
  try {
    return gunzipSync(packed, { maxOutputLength: LARGEST_DIGEST });
  } catch {
    return Buffer.alloc(0);
  }
}

/** The connection ended before the file did: that says nothing of the file. */
class CutOff extends Error {
  override readonly name = 'CutOff';
}

/** A file is in memory piece by piece. @throws CutOff */
async function unpacked(packed: Readable, isWanted: (record: string) => boolean) {
  const cutter = new TrailFileRecords();
  const records: string[] = [];
  const gunzip = createGunzip();
  packed.on('error', () => gunzip.destroy(new CutOff()));
  const hash = createHash('sha256');
  let length = 0;
  try {
    for await (const piece of packed.pipe(gunzip)) {
      length += piece.length;
      if (length > MOST_UNPACKED) throw new Error(`it unpacks to more than ${MOST_UNPACKED} bytes`);
      hash.update(piece);
      records.push(...cutter.push(piece).filter(isWanted));
    }
    cutter.end();
    return { records, hash: hash.digest('hex') };
  } catch (thrown) {
    if (thrown instanceof CutOff) throw thrown;
    return { records, damage: thrown instanceof Error ? thrown.message : 'it cannot be unpacked' };
  } finally {
    packed.destroy();
  }
}
