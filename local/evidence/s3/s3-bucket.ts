import { AwsError } from '../../account/aws-error';
import type { ObjectVersion, Retention } from './s3-object';

/** Object Lock's default: how long each new version is kept. */
export interface DefaultRetention {
  readonly mode: Retention['mode'];
  readonly days: number;
}

export interface BucketSettings {
  readonly versioned: boolean;
  /** Needs `versioned`. */
  readonly objectLock: boolean;
  readonly retention: DefaultRetention | undefined;
  /** ARN of the KMS key that encrypts what names none. @default S3's own keys */
  readonly kmsKeyId?: string | undefined;
}

/** A bucket: for each key its versions, oldest first. */
export class Bucket {
  readonly #objects = new Map<string, ObjectVersion[]>();

  constructor(
    readonly name: string,
    readonly createdAt: number,
    public settings: BucketSettings,
  ) {}

  get isEmpty(): boolean {
    return this.#objects.size === 0;
  }

  /** What ListObjectsV2 shows: the current versions by key, deleted ones left out. */
  current(): readonly ObjectVersion[] {
    const newest = [...this.#objects.values()].flatMap((versions) => versions.at(-1) ?? []);
    return newest.filter(({ isDeleteMarker }) => !isDeleteMarker).sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Every version of a key, oldest first. */
  versions(key: string): readonly ObjectVersion[] {
    return this.#objects.get(key) ?? [];
  }

  /** @param versionId default: the current one. @throws AwsError NoSuchKey, NoSuchVersion, MethodNotAllowed */
  find(key: string, versionId: string | undefined): ObjectVersion {
    const versions = this.versions(key);
    const found = versionId === undefined ? versions.at(-1) : versions.find((one) => one.versionId === versionId);
    if (found?.isDeleteMarker === true && versionId !== undefined) {
      throw new AwsError('MethodNotAllowed', 405, 'The specified method is not allowed against this resource.');
    }
    if (found !== undefined && !found.isDeleteMarker) return found;
    throw versionId === undefined
      ? new AwsError('NoSuchKey', 404, 'The specified key does not exist.')
      : new AwsError('NoSuchVersion', 404, 'The specified version does not exist.');
  }

  /** A bucket without versions keeps the newest only. */
  add(version: ObjectVersion): void {
    const kept = this.settings.versioned ? this.versions(version.key) : [];
    this.#objects.set(version.key, [...kept, version]);
  }

  /** Takes one version away for good; with the last one the key is gone. */
  remove(key: string, versionId: string): void {
    const left = this.versions(key).filter((version) => version.versionId !== versionId);
    if (left.length === 0) this.#objects.delete(key);
    else this.#objects.set(key, left);
  }
}
