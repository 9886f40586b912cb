import { after, DAY, earliest, HOUR, latest } from '../../core/duration';
import { KeyturnError, toKeyturnError } from '../../core/errors';
import { cleaned } from '../../core/outside-text';
import { OWN_CHANGES, OWN_CHANGES_IN_IAM, OWN_CHANGES_OF_PROVIDER } from '../../core/own-things';
import { iamRecordsRegion } from '../../core/partitions';
import { type TrailFolder, type TrailPlace, trailFolder } from '../../core/trail-place';
import type { OwnChange, TrailProof, TrailWrite } from './evidence';
import { LONGEST_ARN, type OwnStacks, ownChangeReader } from './own-change';
import type { SignedText, TrailFile, TrailFiles } from './ports';
import { type Absence, absencesOf, type TrailDay } from './trail-days';
import { deliveredAt, RegionProof, type SigningKeys, startOfDay, type Validation } from './trail-proof';
import { TRAIL_ACTIONS, trailWriteOf } from './trail-write';

/** Files that are read at the same time. S3 answers thousands of requests a second under one prefix. */
const CONCURRENCY = 16;
/** Bytes of one file, as S3 has it: CloudTrail begins another one at some megabytes. */
export const LARGEST_FILE = 64 * 1024 * 1024;
/** One an hour, for each of the five trails that a region may have. */
const MOST_DIGESTS = 24 * 5 * 2;
/** CloudTrail writes the digest of an hour within the next one. */
const DIGEST_DUE = 2 * HOUR;
/** CloudTrail files an event under the day of its delivery, which is minutes later. */
const FILED_LATER = HOUR;

const CALLS: ReadonlySet<string> = new Set([
  ...TRAIL_ACTIONS,
  ...OWN_CHANGES_IN_IAM,
  ...OWN_CHANGES,
  ...OWN_CHANGES_OF_PROVIDER,
]);
/** Most records are about something else: those are not parsed. */
const IS_ABOUT = new RegExp(`"eventName"\\s*:\\s*"(?:${[...CALLS].join('|')})"`);

export interface ReadTrailFilesProps {
  readonly files: TrailFiles;
  readonly place: TrailPlace;
  readonly account: string;
  readonly region: string;
  readonly own: OwnStacks;
  readonly from: Date;
  readonly to: Date;
  readonly now: () => Date;
}

/** What the files of a trail tell. */
export interface TrailFilesRead {
  readonly writes: readonly TrailWrite[];
  readonly changes: readonly OwnChange[];
  /** What of the time they do not tell, and why. */
  readonly absences: readonly Absence[];
  /** What the trail's digests say of them. */
  readonly proof: TrailProof;
  /** Since when they were read. */
  readonly readFrom: Date;
  /** What ended the reading before its time. */
  readonly failure?: KeyturnError | undefined;
}

/**
 * Reads the files of a trail for a stretch of time, the youngest day first, so that what could not be read is what is
 * older. A file that is damaged stops no other (K11).
 */
export async function readTrailFiles(props: ReadTrailFilesProps): Promise<TrailFilesRead> {
  const { account, region, place, from, to } = props;
  const found = new Found(props.own);
  const reader = new DayReader(props, found);
  const regions = [...new Set([iamRecordsRegion(region) ?? region, region])];
  const days: TrailDay[] = [];
  const read = async (readFrom: Date, failure?: KeyturnError): Promise<TrailFilesRead> => {
    await reader.settle();
    const absences = absencesOf(days, readFrom, to, place, trailFolder(place, account, 'CloudTrail'));
    return { ...found.within(from, to), absences, proof: reader.proof, readFrom, failure };
  };
  for (let day = startOfDay(after(to, FILED_LATER)); day >= startOfDay(from); day = after(day, -DAY)) {
    try {
      for (const one of regions) days.push(await reader.read(one, day));
    } catch (thrown) {
      return read(earliest(after(day, DAY), to), toKeyturnError(thrown));
    }
  }
  return read(from);
}

/** Reads one day of one region after the other, the youngest first, and counts. */
class DayReader {
  readonly #props: ReadTrailFilesProps;
  readonly #found: Found;
  readonly #endsAt: number;
  readonly #proofs = new Map<string, RegionProof>();
  readonly #keys: (digest: string, region: string) => Promise<SigningKeys>;
  #files = 0;

  constructor(props: ReadTrailFilesProps, found: Found) {
    this.#props = props;
    this.#found = found;
    this.#endsAt = props.now().getTime() + props.files.bounds.takes;
    this.#keys = signingKeysOf(props);
  }

  get proof(): TrailProof {
    const proofs = [...this.#proofs.values()].map(({ proof }) => proof);
    return {
      tampering: proofs.flatMap(({ tampering }) => tampering),
      unproved: proofs.flatMap(({ unproved }) => unproved),
    };
  }

  /** After all days: weighs what no digest covers. */
  async settle(): Promise<void> {
    const { now, to, files, place } = this.#props;
    const due = after(now(), -DIGEST_DUE);
    const end = earliest(endOfReading(to), due);
    for (const [region, proof] of this.#proofs) {
      if (!proof.hasGaps(end)) continue;
      if (proof.isAfterDigests(end)) await this.#addLater(region, proof);
      const asked = () => files.validation(region, place);
      const validation: Validation = await asked().catch((thrown) => ({ why: toKeyturnError(thrown).message }));
      proof.settle(validation, end, due);
    }
  }

  /** The first digest of after what is read: where it is CloudTrail's first one, validation began with it. */
  async #addLater(region: string, proof: RegionProof): Promise<void> {
    const { now, to, files, place, account } = this.#props;
    const folder = `${trailFolder(place, account, 'CloudTrail-Digest')}${region}/`;
    try {
      for (let month = startOfMonth(endOfReading(to)); month <= now(); month = nextMonth(month)) {
        const date = month.toISOString().slice(0, 7).replace('-', '/');
        const listed = (await files.list(place.bucket, `${folder}${date}/`, 31 * MOST_DIGESTS)) ?? [];
        const later = listed.flatMap(({ key }) => {
          const at = deliveredAt(key);
          return at !== undefined && at >= endOfReading(to) ? [{ key, at }] : [];
        });
        const [first] = later.sort((a, b) => a.at.getTime() - b.at.getTime());
        if (first === undefined) continue;
        const { key, at } = first;
        const keys = signingKeysOf({ files, from: at, to: at });
        proof.addLater(key, await files.digest(place.bucket, key), await keys(key, region));
        return;
      }
    } catch {
      // Without it nothing is excused.
    }
  }

  /** @throws KeyturnError that ends the reading of all */
  async read(region: string, day: Date): Promise<TrailDay> {
    const { files, place } = this.#props;
    const folder = this.#folderOf('CloudTrail', region, day);
    const left = files.bounds.files - this.#files;
    const listed = await files.list(place.bucket, folder, left);
    if (listed === undefined) throw endedBy(`there are more than ${files.bounds.files.toLocaleString('en')}`);
    this.#files += listed.length;
    const problems: string[] = [];
    const proof = await this.#proofOf(region, day, problems);
    const digests = await this.#readDigests(region, day, proof, problems);
    const missing = proof.missingOf(folder, new Set(listed.map(({ key }) => key)));
    if (listed.length + digests.length === 0) return { region, day, state: 'no-files', times: [] };
    const others = problems.length;
    problems.push(...missing.map((key) => `${lastOf(key)} is gone, which a digest of the trail names`));
    await this.#each(listed, (file) => this.#readOne(file, proof, problems));
    const goneUntil = problems.length > missing.length + others || others > 0 ? undefined : youngestOf(missing);
    const read = dayOf(region, day, listed.length === 0 ? digests : listed, problems);
    return { ...read, hasFiles: listed.length > 0, goneUntil };
  }

  /** What was delivered in a day's last hour stands in a digest of the day after it. */
  async #proofOf(region: string, day: Date, problems: string[]): Promise<RegionProof> {
    const known = this.#proofs.get(region);
    if (known !== undefined) return known;
    const proof = new RegionProof(region, this.#props.place);
    this.#proofs.set(region, proof);
    await this.#readDigests(region, after(day, DAY), proof, problems);
    return proof;
  }

  #folderOf(folder: TrailFolder, region: string, day: Date): string {
    const { place, account } = this.#props;
    const date = day.toISOString().slice(0, 10).replaceAll('-', '/');
    return `${trailFolder(place, account, folder)}${region}/${date}/`;
  }

  /** Where the trail makes digests, there is one for every hour, also for one in which there was nothing to write. */
  async #readDigests(region: string, day: Date, proof: RegionProof, problems: string[]): Promise<readonly TrailFile[]> {
    const { files, place } = this.#props;
    const listed = await files.list(place.bucket, this.#folderOf('CloudTrail-Digest', region, day), MOST_DIGESTS);
    const digests = (listed ?? []).toReversed();
    const texts = new Map<string, SignedText>();
    await this.#each(digests, async ({ key }) => {
      try {
        texts.set(key, await files.digest(place.bucket, key));
      } catch (thrown) {
        problems.push(problemOf(key, thrown));
        proof.sawUnreadDigest(key);
      }
    });
    // The younger one first, whichever came first.
    for (const [key, text] of [...texts].sort(([a], [b]) => (a < b ? 1 : -1))) {
      proof.addDigest(key, text, await this.#keys(key, region));
    }
    proof.endDigests(day);
    return digests;
  }

  /** Some at a time. @throws KeyturnError that ends all */
  async #each(listed: readonly TrailFile[], work: (file: TrailFile) => Promise<void>): Promise<void> {
    const queue = listed.values();
    const failures: unknown[] = [];
    const workers = Array.from({ length: CONCURRENCY }, async () => {
      for (const file of queue) {
        if (failures.length > 0) return;
        try {
          if (this.#props.now().getTime() > this.#endsAt) throw endedBy('reading them takes longer than a report may');
          await work(file);
        } catch (thrown) {
          failures.push(thrown);
        }
      }
    });
    await Promise.all(workers);
    if (failures.length > 0) throw failures[0];
  }

  /** A file that S3 does not hand out, or that is damaged, is a problem of its day. @throws KeyturnError that ends all */
  async #readOne({ key, size }: TrailFile, proof: RegionProof, problems: string[]): Promise<void> {
    const { files, place } = this.#props;
    const name = lastOf(key);
    if (size > LARGEST_FILE) {
      problems.push(`${name} was not read: it has ${size.toLocaleString('en')} bytes, more than a file of a trail has`);
      proof.sawUnread(key);
      return;
    }
    try {
      const { records, hash = '', damage } = await files.records(place.bucket, key, (record) => IS_ABOUT.test(record));
      if (!proof.isBelievable(key, hash)) {
        problems.push(`${name} is not what CloudTrail wrote${damage === undefined ? '' : `, and damaged: ${damage}`}`);
        return;
      }
      const isRead = records.map((record) => this.#found.add(record));
      if (damage !== undefined) problems.push(`${name} is damaged: ${damage}`);
      else if (isRead.includes(false)) problems.push(`${name} is damaged: it has a record that is none`);
    } catch (thrown) {
      problems.push(problemOf(key, thrown));
      proof.sawUnread(key);
    }
  }
}

/**
 * CloudTrail's public keys by which the digests of a region can be checked, asked for once. CloudTrail has others in each
 * region; its own tools look in the one that the digest is of, and a digest's name has the trail's own as well.
 */
function signingKeysOf({ files, from, to }: Pick<ReadTrailFilesProps, 'files' | 'from' | 'to'>) {
  const asked = new Map<string, Promise<SigningKeys>>();
  const ask = async (region: string): Promise<SigningKeys> => {
    try {
      const keys = await files.signingKeys(region, after(from, -DAY), after(to, 2 * DAY));
      return new Map(keys.map((key) => [key.fingerprint, key]));
    } catch (thrown) {
      return { why: toKeyturnError(thrown).message };
    }
  };
  const of = (region: string) => {
    const known = asked.get(region) ?? ask(region);
    asked.set(region, known);
    return known;
  };
  return async (digest: string, region: string): Promise<SigningKeys> => {
    const own = await of(region);
    const [, home = region] = /_([a-z0-9-]+)_\d{8}T\d{6}Z(?:_backfill)?\.json\.gz$/.exec(digest) ?? [];
    if (home === region || iamRecordsRegion(home) !== iamRecordsRegion(region) || 'why' in own) return own;
    const ofHome = await of(home);
    return 'why' in ofHome ? own : new Map([...ofHome, ...own]);
  };
}

/** What was found in all files, each event once. */
class Found {
  readonly #ownChangeOf: ReturnType<typeof ownChangeReader>;
  readonly #writes = new Map<string, TrailWrite>();
  readonly #changes = new Map<string, OwnChange>();

  constructor(own: OwnStacks) {
    this.#ownChangeOf = ownChangeReader(own);
  }

  /** @returns whether it is a record */
  add(record: string): boolean {
    const call = wrapped(record);
    if (call === undefined) return false;
    const action = TRAIL_ACTIONS.find((name) => name === call.name);
    const write = action === undefined ? undefined : trailWriteOf({ ...call, action });
    if (write !== undefined) this.#writes.set(write.eventId, write);
    const change = CALLS.has(call.name) && action === undefined ? this.#ownChangeOf(call) : undefined;
    if (change !== undefined) this.#changes.set(change.eventId, change);
    return true;
  }

  within(from: Date, to: Date) {
    const isWithin = ({ at }: { readonly at: Date }) => at >= from && at < to;
    return {
      writes: [...this.#writes.values()].filter(isWithin),
      changes: [...this.#changes.values()].filter(isWithin),
    };
  }
}

/** A record of a file, as LookupEvents would wrap it. */
function wrapped(record: string) {
  try {
    const { eventID, eventTime, eventName } = JSON.parse(record);
    const at = new Date(eventTime);
    if (typeof eventID !== 'string' || typeof eventName !== 'string' || Number.isNaN(at.getTime())) return undefined;
    return { eventId: cleaned(eventID, LONGEST_ARN), at, name: eventName, record };
  } catch {
    return undefined;
  }
}

function dayOf(region: string, day: Date, files: readonly TrailFile[], problems: readonly string[]): TrailDay {
  const times = files.flatMap(({ key }) => deliveredAt(key) ?? []);
  return problems.length === 0
    ? { region, day, state: 'whole', times }
    : { region, day, state: 'damaged', times, problems };
}

function youngestOf(keys: readonly string[]): Date | undefined {
  const [first, ...more] = keys.flatMap((key) => deliveredAt(key) ?? []);
  return first && latest(first, ...more);
}

/** Of the youngest day that is read. */
function endOfReading(to: Date): Date {
  return after(startOfDay(after(to, FILED_LATER)), DAY);
}

function startOfMonth(instant: Date): Date {
  return new Date(Date.UTC(instant.getUTCFullYear(), instant.getUTCMonth()));
}

function nextMonth(month: Date): Date {
  return new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1));
}

function endedBy(why: string): KeyturnError {
  return new KeyturnError('aws-rejected', `The trail's files were not read any further: ${why}.`, { retryable: true });
}

/** A file that S3 does not hand out, such as one in Glacier. @throws KeyturnError that is about more than this file */
function problemOf(key: string, thrown: unknown): string {
  const { code, message } = toKeyturnError(thrown);
  if (code !== 'aws-rejected') throw thrown;
  return `${lastOf(key)} was not read: ${message}`;
}

function lastOf(key: string): string {
  return cleaned(key.slice(key.lastIndexOf('/') + 1));
}
