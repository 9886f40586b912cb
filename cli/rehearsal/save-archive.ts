import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { ARCHIVE_PREFIX, SEAL_KEY_ALIAS } from '../../functions/core/names';
import type { World } from '../../local/world';

/** What `keyturn verify` takes. */
export interface SavedArchive {
  /** As it was named. */
  readonly folder: string;
  /** The public key of the seal, as `aws kms get-public-key` writes it down. */
  readonly publicKey: string;
  readonly objects: number;
}

/**
 * Copies the archive's events into a folder, and the key of their seal: over HTTP, as the account's administrator does.
 *
 * @param here where a relative name starts
 */
export async function saveArchive(
  { account, accountUrl: endpoint }: World,
  bucket: string,
  folder: string,
  here: string,
): Promise<SavedArchive> {
  const access = { endpoint, region: account.region, credentials: account.rootSession() };
  const s3 = new S3Client({ ...access, forcePathStyle: true });
  let objects = 0;
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: ARCHIVE_PREFIX.events })) {
    for (const { Key = '' } of page.Contents ?? []) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      write(resolve(here, folder, Key), (await Body?.transformToString()) ?? '');
      objects += 1;
    }
  }
  const kms = new KMSClient(access);
  const { KeyId, PublicKey = new Uint8Array() } = await kms.send(new GetPublicKeyCommand({ KeyId: SEAL_KEY_ALIAS }));
  const key = { KeyId, PublicKey: Buffer.from(PublicKey).toString('base64') };
  const publicKey = join(folder, 'seal.json');
  write(resolve(here, publicKey), `${JSON.stringify(key, undefined, 2)}\n`);
  return { folder, publicKey, objects };
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
