import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Archive } from '../report/evidence/ports';
import { clientConfig } from './client-config';
import { calling } from './failure';

/** The Archive port over an S3 bucket. */
export function createArchive(bucket: string): Archive {
  const client = new S3Client({
    ...clientConfig,
    // An endpoint that somebody names is a host; `<bucket>.<host>` is none.
    forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined || process.env.AWS_ENDPOINT_URL_S3 !== undefined,
  });
  return {
    async put(key, content, contentType) {
      await calling(`s3:PutObject of ${key} in ${bucket}`, {}, () =>
        client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content, ContentType: contentType })),
      );
      return `s3://${bucket}/${key}`;
    },
  };
}
