import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';

/** A client of S3. An endpoint that somebody names is a host; `<bucket>.<host>` is none. */
export function s3Client(config: S3ClientConfig): S3Client {
  const { AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3 } = process.env;
  const isNamed = [config.endpoint, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3].some((endpoint) => endpoint !== undefined);
  return new S3Client({ ...config, forcePathStyle: isNamed });
}
