import { createHash } from 'node:crypto';
import { after, DAY, earliest, HOUR } from '../../core/duration';
import type { TrailPlace } from '../../core/trail-place';
import type { TamperedTrail, TrailProof } from './evidence';
import type { DigestKey, SignedText } from './ports';
import { digestOf, isSigned, type TrailDigest } from './trail-digest';

type Tampered = TrailProof['tampering'][number];

/** By fingerprint; in words why none could be had. */
export type SigningKeys = ReadonlyMap<string, DigestKey> | { readonly why: string };

/** Of each trail that writes there, whether it makes digests; in words why that could not be had. */
export type Validation = readonly boolean[] | { readonly why: string };

interface Unproved {
  readonly day: Date;
  readonly why: string;
  readonly isDecisive: boolean;
  files: number;
}

/** A digest that CloudTrail signed. */
interface SignedHour {
  readonly at: Date;
  /** Of the first one of a chain: no digest tells of what is older. */
  readonly begins?: Date;
}

const OFF = { why: 'no digest of CloudTrail names them: log file validation was off', isDecisive: false };
const MISSING = {
  why: 'digests are missing: no digest of CloudTrail names them, and log file validation was on',
  isDecisive: true,
};
const NOT_DUE = { why: 'the digest that names them is not due yet', isDecisive: false };

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
  readonly #unproved = new Map<string, Unproved>();
  readonly #unnamed: Date[] = [];
  readonly #signed: SignedHour[] = [];
  /** Days of which there is anything. */
  readonly #days = new Set<number>();
  #oldestFile: Date | undefined;
  #oldestDigest: Date | undefined;

  constructor(region: string, place: TrailPlace) {
    this.#region = region;
    this.#place = place;
  }

  addDigest(key: string, text: SignedText, keys: SigningKeys): void {
    const at = this.#sawDigest(key);
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
      );
      return;
    }
    if ('why' in keys) {
      this.#leave(at, `CloudTrail's public keys could not be read: ${keys.why}`, { isDecisive: true });
    } else {
      const signedBy = keys.get(digest.fingerprint);
      if (signedBy === undefined || !isSigned(digest, signedBy)) {
        this.#tampering.push(this.#found(key, 'digest-not-signed', at));
        return;
      }
    }
    this.#signed.push({ at, ...(digest.previous === undefined ? { begins: digest.start ?? after(at, -HOUR) } : {}) });
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
    const at = this.#sawFile(key);
    const expected = this.#files.get(key);
    this.#files.delete(key);
    if (expected === undefined) this.#unnamed.push(at);
    else if (expected !== hash) this.#tampering.push(this.#found(key, 'file-changed', at));
    return expected === undefined || expected === hash;
  }

  /** Of a file that could not be read as a whole. */
  sawUnread(key: string): void {
    this.#sawFile(key);
    this.#files.delete(key);
  }

  /** Of a digest that could not be read. */
  sawUnreadDigest(key: string): void {
    this.#sawDigest(key);
    this.#digests.delete(key);
  }

  /** Whether there is anything that no digest covers, where all have to be there by `end`. */
  hasGaps(end: Date): boolean {
    return this.#unnamed.length > 0 || this.#gapUntil(end).length > 0;
  }

  /** Whether all that no digest covers is younger than every digest, so that a younger digest may explain it. */
  isAfterDigests(end: Date): boolean {
    return this.#nextAfter(end) === undefined;
  }

  /** A digest of after what is read, whose files do not matter. */
  addLater(key: string, text: SignedText, keys: SigningKeys): void {
    const at = deliveredAt(key);
    const digest = digestOf(text);
    if (at === undefined || digest === undefined || 'why' in keys) return;
    const signedBy = keys.get(digest.fingerprint);
    const isHere = digest.place.bucket === this.#place.bucket && digest.place.key === key;
    if (!isHere || signedBy === undefined || !isSigned(digest, signedBy)) return;
    this.#signed.push({ at, ...(digest.previous === undefined ? { begins: digest.start ?? after(at, -HOUR) } : {}) });
  }

  /**
   * Weighs what no digest covers. Who deletes digests must not end the proof with it, so that only three things excuse it:
   * the trail makes none, the next one is CloudTrail's first, or it is not due yet.
   */
  settle(validation: Validation, end: Date, due: Date): void {
    const leave = (at: Date, files: number) => {
      const found = at >= due ? NOT_DUE : this.#whyUncovered(at, validation);
      if (files > 0 || found.isDecisive) this.#leave(at, found.why, { ...found, files });
    };
    for (const at of this.#unnamed.splice(0)) leave(at, 1);
    for (const at of this.#gapUntil(end)) leave(at, 0);
  }

  #whyUncovered(at: Date, validation: Validation): { readonly why: string; readonly isDecisive: boolean } {
    const trails = 'why' in validation ? [] : validation;
    // Of which of them a file is, nobody knows.
    if (new Set(trails).size > 1) return OFF;
    const next = this.#nextAfter(at);
    if (next !== undefined) return next.begins !== undefined && at <= next.begins ? OFF : MISSING;
    if (trails[0] ?? this.#signed.length > 0) return MISSING;
    if (!('why' in validation)) return OFF;
    return { why: `whether log file validation is on could not be read: ${validation.why}`, isDecisive: true };
  }

  /** Of each day that has anything, an instant within the time after the youngest digest. */
  #gapUntil(end: Date): readonly Date[] {
    if (this.#nextAfter(end) !== undefined) return [];
    const youngest = Math.max(0, ...this.#signed.map(({ at }) => at.getTime()));
    return [...this.#days]
      .filter((day) => day + DAY > youngest && day < end.getTime())
      .sort((a, b) => a - b)
      .map((day) => new Date(Math.min(day + DAY, end.getTime()) - 1))
      .filter((at) => at.getTime() > youngest);
  }

  #nextAfter(at: Date): SignedHour | undefined {
    return this.#signed.filter((hour) => hour.at >= at).reduce<SignedHour | undefined>(older, undefined);
  }

  /** What is missing before the oldest of its kind may be gone because the bucket keeps nothing for longer. */
  get proof(): TrailProof {
    const deleted = this.#missing.filter(({ at, why }) => {
      const oldest = why === 'file-deleted' ? this.#oldestFile : this.#oldestDigest;
      return oldest !== undefined && at > oldest;
    });
    return {
      tampering: [...this.#tampering, ...deleted].sort((a, b) => a.at.getTime() - b.at.getTime()),
      unproved: [...this.#unproved.values()]
        .map(({ day, isDecisive, ...rest }) => ({
          region: this.#region,
          from: day,
          to: after(day, DAY),
          ...rest,
          ...(isDecisive ? { isDecisive } : {}),
        }))
        .sort((a, b) => a.from.getTime() - b.from.getTime()),
    };
  }

  #sawFile(key: string): Date {
    const at = this.#saw(key);
    if (at.getTime() > 0) this.#oldestFile = earliest(this.#oldestFile ?? at, at);
    return at;
  }

  #sawDigest(key: string): Date {
    const at = this.#saw(key);
    if (at.getTime() > 0) this.#oldestDigest = earliest(this.#oldestDigest ?? at, at);
    return at;
  }

  #saw(key: string): Date {
    const at = deliveredAt(key);
    if (at !== undefined) this.#days.add(startOfDay(at).getTime());
    return at ?? new Date(0);
  }

  #found(key: string, why: TamperedTrail, at = new Date(0)): Tampered {
    return { region: this.#region, file: key, why, at };
  }

  #leave(at: Date, why: string, { files = 0, isDecisive = false } = {}): void {
    const day = startOfDay(at);
    const name = `${day.getTime()} ${why.replace(/s3:\/\/\S+/, '')}`;
    const known = this.#unproved.get(name);
    if (known === undefined) this.#unproved.set(name, { day, why, files, isDecisive });
    else known.files += files;
  }
}

function older(one: SignedHour | undefined, other: SignedHour): SignedHour {
  return one === undefined || other.at < one.at ? other : one;
}

export function startOfDay(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / DAY) * DAY);
}

/** `<account>_CloudTrail_<region>_<yyyymmddThhmmZ>_<some letters>.json.gz`; of a digest with seconds, and at the end. */
export function deliveredAt(key: string): Date | undefined {
  const [, date, hour, minute] = /_(\d{8})T(\d\d)(\d\d)(?:\d\d)?Z[_.][^/]*$/.exec(key) ?? [];
  if (date === undefined) return undefined;
  const at = new Date(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T${hour}:${minute}:00Z`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}
