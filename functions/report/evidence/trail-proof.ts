import { createHash } from 'node:crypto';
import { after, DAY } from '../../core/duration';
import type { TrailPlace } from '../../core/trail-place';
import type { TamperedTrail, TrailProof } from './evidence';
import type { DigestKey, SignedText } from './ports';
import { digestOf, isSigned, type TrailDigest } from './trail-digest';

type Tampered = TrailProof['tampering'][number];

/** By fingerprint; in words why none could be had. */
export type SigningKeys = ReadonlyMap<string, DigestKey> | { readonly why: string };

/**
 * Weighs the files of one region against the digests that CloudTrail signs: the one of an hour has the hash of each file
 * that was delivered in it, and that of the digest before. Days come youngest first, of each the digests before the files.
 */
export class RegionProof {
  readonly #region: string;
  readonly #place: TrailPlace;
  /** Hashes of files that are still to come, by their names. */
  readonly #files = new Map<string, string>();
  /** Hashes of digests that are still to come. */
  readonly #digests = new Map<string, string>();
  readonly #tampering: Tampered[] = [];
  readonly #missing: Tampered[] = [];
  readonly #unproved = new Map<string, { readonly day: Date; readonly why: string; files: number }>();
  #oldest: Date | undefined;

  constructor(region: string, place: TrailPlace) {
    this.#region = region;
    this.#place = place;
  }

  addDigest(key: string, text: SignedText, keys: SigningKeys): void {
    const at = this.#seen(key);
    const expected = this.#digests.get(key);
    this.#digests.delete(key);
    const digest = digestOf(text);
    const hash = digest?.hash ?? createHash('sha256').update(text.content).digest('hex');
    if (expected !== undefined && hash !== expected) this.#tampering.push(this.#found(key, 'digest-changed', at));
    else if (digest === undefined) this.#tampering.push(this.#found(key, 'digest-not-signed', at));
    if (digest !== undefined && (expected === undefined || hash === expected)) this.#weigh(key, at, digest, keys);
  }

  #weigh(key: string, at: Date, digest: TrailDigest, keys: SigningKeys): void {
    const { bucket } = this.#place;
    if (digest.place.bucket !== bucket || digest.place.key !== key) {
      this.#leave(
        at,
        `the digests are of s3://${digest.place.bucket}/${digest.place.key} and its like: the files are copies`,
        0,
      );
      return;
    }
    if ('why' in keys) {
      this.#leave(at, `CloudTrail's public keys could not be read: ${keys.why}`, 0);
    } else {
      const signedBy = keys.get(digest.fingerprint);
      if (signedBy === undefined || !isSigned(digest, signedBy)) {
        this.#tampering.push(this.#found(key, 'digest-not-signed', at));
        return;
      }
    }
    for (const file of digest.files) if (file.bucket === bucket) this.#files.set(file.key, file.hash);
    if (digest.previous?.bucket === bucket) this.#digests.set(digest.previous.key, digest.previous.hash);
  }

  /** After all digests of a day: what younger ones name of it has to have been there. */
  endDigests(day: Date): void {
    for (const [key] of this.#digests) {
      const at = deliveredAt(key) ?? day;
      if (at < day) continue;
      this.#digests.delete(key);
      this.#missing.push(this.#found(key, 'digest-deleted', at));
    }
  }

  /** The files of a day that a digest names and that are not there. */
  missingOf(folder: string, listed: ReadonlySet<string>): readonly string[] {
    const missing = [...this.#files.keys()].filter((key) => key.startsWith(folder) && !listed.has(key));
    for (const key of missing) {
      this.#files.delete(key);
      this.#missing.push(this.#found(key, 'file-deleted', deliveredAt(key)));
    }
    return missing;
  }

  /** Whether a file may be believed: not where CloudTrail wrote another one. */
  isBelievable(key: string, hash: string): boolean {
    const at = this.#seen(key);
    const expected = this.#files.get(key);
    this.#files.delete(key);
    if (expected === undefined) this.#leave(at, 'no digest of CloudTrail names them: log file validation was off', 1);
    else if (expected !== hash) this.#tampering.push(this.#found(key, 'file-changed', at));
    return expected === undefined || expected === hash;
  }

  /** Of a file that could not be read as a whole. */
  sawUnread(key: string): void {
    this.#seen(key);
    this.#files.delete(key);
  }

  /** What is missing before the oldest that is left may be gone because the bucket keeps nothing for longer. */
  get proof(): TrailProof {
    const oldest = this.#oldest;
    const deleted = this.#missing.filter(({ at }) => oldest !== undefined && at > oldest);
    return {
      tampering: [...this.#tampering, ...deleted].sort((a, b) => a.at.getTime() - b.at.getTime()),
      unproved: [...this.#unproved.values()]
        .map(({ day, why, files }) => ({ region: this.#region, from: day, to: after(day, DAY), files, why }))
        .sort((a, b) => a.from.getTime() - b.from.getTime()),
    };
  }

  #seen(key: string): Date {
    const at = deliveredAt(key) ?? new Date(0);
    if (at.getTime() > 0 && (this.#oldest === undefined || at < this.#oldest)) this.#oldest = at;
    return at;
  }

  #found(key: string, why: TamperedTrail, at = new Date(0)): Tampered {
    return { region: this.#region, file: key, why, at };
  }

  #leave(at: Date, why: string, files: number): void {
    const day = new Date(Math.floor(at.getTime() / DAY) * DAY);
    const name = `${day.getTime()} ${why.replace(/s3:\/\/\S+/, '')}`;
    const known = this.#unproved.get(name);
    if (known === undefined) this.#unproved.set(name, { day, why, files });
    else known.files += files;
  }
}

/** `<account>_CloudTrail_<region>_<yyyymmddThhmmZ>_<some letters>.json.gz`; of a digest with seconds, and at the end. */
export function deliveredAt(key: string): Date | undefined {
  const [, date, hour, minute] = /_(\d{8})T(\d\d)(\d\d)(?:\d\d)?Z[_.][^/]*$/.exec(key) ?? [];
  if (date === undefined) return undefined;
  const at = new Date(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T${hour}:${minute}:00Z`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}
