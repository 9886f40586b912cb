import { createHash } from 'node:crypto';

/** Until when a version cannot be deleted; in COMPLIANCE nobody at all can. */
export interface Retention {
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE';
  /** ms since the epoch. */
  readonly until: number;
}

/** How S3 encrypts an object: its own keys unless something else is asked for. */
export interface Encryption {
  readonly ServerSideEncryption: string;
  readonly SSEKMSKeyId?: string | undefined;
}

/** One version of an object, or the marker that says that it was deleted. */
export interface ObjectVersion {
  readonly key: string;
  readonly versionId: string;
  readonly body: Buffer;
  readonly eTag: string;
  readonly lastModified: number;
  readonly contentType: string;
  readonly isDeleteMarker: boolean;
  readonly encryption: Encryption;
  readonly metadata: Readonly<Record<string, string>>;
  readonly checksumCRC32: string | undefined;
  readonly retention: Retention | undefined;
}

export function eTagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}
