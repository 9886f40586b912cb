import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Archive } from '../account/ports';
import { clientConfig } from './client-config';
import { calling } from './failure';

/**
 * The Archive port over an S3 bucket. Each request names its checksum: S3 refuses an object under Object Lock without one
 * ("Considerations for Object Lock"), and what the SDK sends by itself can be turned off by its environment.
 */
export function createArchive(bucket: string): Archive {
  const client = new S3Client({
    ...clientConfig,
    // An endpoint that somebody names is a host; `<bucket>.<host>` is none.
    forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined || process.env.AWS_ENDPOINT_URL_S3 !== undefined,
  });
  return {
    async add(key, content, contentType) {
      const place = `s3://${bucket}/${key}`;
      const wasThere = await calling(`s3:PutObject of ${key} in ${bucket}`, {}, async () => {
        try {
          await client.send(
            new PutObjectCommand({
              Bucket: bucket,
              Key: key,
              Body: content,
              ContentType: contentType,
              ChecksumAlgorithm: 'CRC32',
              IfNoneMatch: '*',
            }),
          );
          return false;
        } catch (error) {
          if (error instanceof Error && error.name === 'PreconditionFailed') return true;
          throw error;
        }
      });
      return { place, wasThere };
    },
  };
}
