import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type TrailPlace, trailFolder } from '../../functions/core/trail-place';

/** Where a trail keeps its files, and what encrypts them. */
export interface TrailFiles extends TrailPlace {
  /** ARN of a KMS key. @default - S3's own keys */
  readonly encryptionKey?: string | undefined;
}

/** What the names of this account's own files begin with: those of the records, and the digests that name them. */
export function trailPrefixes(scope: Construct, place: TrailPlace): readonly string[] {
  const { account } = Stack.of(scope);
  return (['CloudTrail', 'CloudTrail-Digest'] as const).map((folder) => trailFolder(place, account, folder));
}

/** ARNs of exactly these files, and of their bucket. */
export function trailFileArns(scope: Construct, place: TrailPlace) {
  const bucket = Stack.of(scope).formatArn({ service: 's3', region: '', account: '', resource: place.bucket });
  return { bucket, files: trailPrefixes(scope, place).map((prefix) => `${bucket}/${prefix}*`) };
}

/** Condition: what is listed are this account's own files. */
export function listedUnder(scope: Construct, place: TrailPlace) {
  return { StringLike: { 's3:prefix': trailPrefixes(scope, place).map((prefix) => `${prefix}*`) } };
}

/** Condition: the key is used through S3, in the region of the bucket, which is the key's own. */
export function throughS3(scope: Construct, keyArn: string) {
  const region = keyArn.split(':')[3] ?? Stack.of(scope).region;
  return { StringEquals: { 'kms:ViaService': `s3.${region}.${Stack.of(scope).urlSuffix}` } };
}
