import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { Archive } from '../account/ports';
import { clientConfig } from './client-config';
import { calling } from './failure';
import { s3Client } from './s3-client';

/**
 * The Archive port over an S3 bucket. Each request names its checksum: S3 refuses an object under Object Lock without one
 * ("Considerations for Object Lock"), and what the SDK sends by itself can be turned off by its environment.
 */
export function createArchive(bucket: string): Archive {
  const client = s3Client(clientConfig);
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
