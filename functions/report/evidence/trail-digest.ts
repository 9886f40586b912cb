import { createHash, createPublicKey, verify } from 'node:crypto';
import * as z from 'zod';
import type { DigestKey, SignedText } from './ports';

const hex = z.string().regex(/^[0-9a-fA-F]+$/);

/** CloudTrail User Guide, "CloudTrail digest file structure". The first digest of a trail has none before it. */
const digestSchema = z.object({
  digestStartTime: z.string().optional(),
  digestEndTime: z.string().min(1),
  digestS3Bucket: z.string().min(1),
  digestS3Object: z.string().min(1),
  digestPublicKeyFingerprint: z.string().min(1),
  previousDigestS3Bucket: z.string().nullish(),
  previousDigestS3Object: z.string().nullish(),
  previousDigestHashValue: hex.nullish(),
  previousDigestSignature: hex.nullish(),
  logFiles: z.array(z.object({ s3Bucket: z.string(), s3Object: z.string(), hashValue: hex })),
});

/** What CloudTrail says was written in an hour of a region. */
export interface TrailDigest {
  /** Start of its hour, where it says one. */
  readonly start: Date | undefined;
  readonly place: { readonly bucket: string; readonly key: string };
  /** SHA-256 of its text. */
  readonly hash: string;
  readonly fingerprint: string;
  readonly signature: string | undefined;
  /** What CloudTrail signs. */
  readonly signed: string;
  readonly previous: { readonly bucket: string; readonly key: string; readonly hash: string } | undefined;
  readonly files: readonly { readonly bucket: string; readonly key: string; readonly hash: string }[];
}

/** Undefined where it is no digest. */
export function digestOf({ content, signature }: SignedText): TrailDigest | undefined {
  const read = digestSchema.safeParse(jsonOf(Buffer.from(content).toString()));
  if (!read.success) return undefined;
  const { data } = read;
  const hash = sha256(content);
  const { previousDigestS3Bucket: before, previousDigestS3Object: beforeKey, previousDigestHashValue: was } = data;
  const [bucket, key] = [data.digestS3Bucket, data.digestS3Object];
  const start = new Date(data.digestStartTime ?? '');
  return {
    start: Number.isNaN(start.getTime()) ? undefined : start,
    place: { bucket, key },
    hash,
    fingerprint: data.digestPublicKeyFingerprint,
    signature,
    // CloudTrail User Guide, "Custom implementations of CloudTrail log file integrity validation".
    signed: [data.digestEndTime, `${bucket}/${key}`, hash, data.previousDigestSignature ?? 'null'].join('\n'),
    previous: before && beforeKey && was ? { bucket: before, key: beforeKey, hash: was.toLowerCase() } : undefined,
    files: data.logFiles.map((file) => ({
      bucket: file.s3Bucket,
      key: file.s3Object,
      hash: file.hashValue.toLowerCase(),
    })),
  };
}

/** Whether CloudTrail has signed it: SHA256withRSA, by the key that it names. */
export function isSigned({ signature, signed }: TrailDigest, { der }: DigestKey): boolean {
  if (signature === undefined || !/^([0-9a-f]{2})+$/i.test(signature)) return false;
  try {
    const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'pkcs1' });
    return verify('sha256', Buffer.from(signed), key, Buffer.from(signature, 'hex'));
  } catch {
    return false;
  }
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
