import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Account } from './account';
import type { TrailRecord } from './trail';

/** How a trail writes. */
export interface TrailFilesOptions {
  /** It has to be there. */
  readonly bucket: string;
  readonly prefix?: string;
  /** ID of the organization whose trail it is. @default - it is the account's own */
  readonly organization?: string;
  /** ms from the end of five minutes until their file is there. @default 5 minutes; CloudTrail takes up to 15 */
  readonly delay?: number;
  /** Records of other people's calls in each file. @default 2 */
  readonly others?: number;
  /** Log file validation: a digest an hour and region, of the files that were delivered in it. @default false */
  readonly digests?: boolean;
  /** When the trail was made: it has nothing from before. @default - always there */
  readonly since?: Date;
}

interface Delivered {
  readonly key: string;
  readonly at: number;
  readonly region: string;
  /** SHA-256 of what it unpacks to. */
  readonly hash: string;
}

/** A digest, as the next one of its region names it. */
interface Digested {
  readonly key: string;
  readonly hash: string;
  readonly signature: string;
}

const HOUR = 60 * 60_000;
/** CloudTrail writes about every five minutes where there is something to write. */
const WINDOW = 5 * 60_000;

/** A trail of management events that write, with its files in S3. The management account's records of IAM are in us-east-1. */
export class TrailFiles {
  readonly #account: Account;
  readonly #options: TrailFilesOptions;
  #read = 0;
  #open: TrailRecord[] = [];
  readonly #delivered: Delivered[] = [];
  readonly #digested = new Map<string, Digested>();
  #digestedUntil: number;

  constructor(account: Account, options: TrailFilesOptions) {
    this.#account = account;
    this.#options = options;
    this.#digestedUntil = Math.ceil((options.since?.getTime() ?? account.clock.now()) / HOUR) * HOUR;
  }

  /** Writes every file that is there by now. @throws AwsError NoSuchBucket */
  deliver(): void {
    const { clock, trail } = this.#account;
    const { delay = WINDOW, digests = false, since } = this.#options;
    this.#open.push(
      ...trail.slice(this.#read).filter(({ eventTime }) => Date.parse(eventTime) >= (since?.getTime() ?? 0)),
    );
    this.#read = trail.length;
    const windows = new Map<string, TrailRecord[]>();
    for (const record of this.#open) {
      const end = (Math.floor(Date.parse(record.eventTime) / WINDOW) + 1) * WINDOW;
      const window = `${record.awsRegion} ${end + delay}`;
      windows.set(window, [...(windows.get(window) ?? []), record]);
    }
    this.#open = [];
    for (const [window, records] of windows) {
      const [region = '', at = ''] = window.split(' ');
      if (Number(at) > clock.now()) this.#open.push(...records);
      else this.#write(region, Number(at), records);
    }
    if (digests) this.#digest(delay);
  }

  #write(region: string, at: number, records: readonly TrailRecord[]): void {
    const { others = 2 } = this.#options;
    const strangers = Array.from({ length: others }, (_none, index) => this.#stranger(region, at, index));
    const half = Math.ceil(strangers.length / 2);
    const all = [...strangers.slice(0, half), ...records, ...strangers.slice(half)];
    const key = `${this.#folder('CloudTrail', region, at)}${this.#name('CloudTrail', region, at)}.json.gz`;
    const hash = this.#put(key, JSON.stringify({ Records: all }));
    this.#delivered.push({ key, at, region, hash });
  }

  #digest(delay: number): void {
    const { accountId, region } = this.#account;
    for (; this.#digestedUntil + HOUR + delay <= this.#account.clock.now(); this.#digestedUntil += HOUR) {
      const [start, end] = [this.#digestedUntil, this.#digestedUntil + HOUR];
      for (const one of new Set(['us-east-1', region])) {
        const name = `${accountId}_CloudTrail-Digest_${one}_trail_${region}_${stamp(end, 'seconds')}`;
        this.#writeDigest(`${this.#folder('CloudTrail-Digest', one, end)}${name}.json.gz`, one, start, end);
      }
    }
  }

  /** CloudTrail User Guide, "CloudTrail digest file structure" and "Custom implementations of … integrity validation". */
  #writeDigest(key: string, region: string, start: number, end: number): void {
    const { accountId: awsAccountId, digestKeys } = this.#account;
    const { bucket } = this.#options;
    const previous = this.#digested.get(region);
    const digestEndTime = seconds(end);
    const text = JSON.stringify({
      awsAccountId,
      digestStartTime: seconds(start),
      digestEndTime,
      digestS3Bucket: bucket,
      digestS3Object: key,
      digestPublicKeyFingerprint: digestKeys.fingerprint(region),
      digestSignatureAlgorithm: 'SHA256withRSA',
      newestEventTime: null,
      oldestEventTime: null,
      previousDigestS3Bucket: previous === undefined ? null : bucket,
      previousDigestS3Object: previous?.key ?? null,
      previousDigestHashValue: previous?.hash ?? null,
      previousDigestHashAlgorithm: previous === undefined ? null : 'SHA-256',
      previousDigestSignature: previous?.signature ?? null,
      logFiles: this.#delivered
        .filter(({ at, region: of }) => of === region && at > start && at <= end)
        .map(({ key: s3Object, hash: hashValue }) => ({
          s3Bucket: bucket,
          s3Object,
          hashValue,
          hashAlgorithm: 'SHA-256',
        })),
    });
    const lines = [digestEndTime, `${bucket}/${key}`, sha256(text), previous?.signature ?? 'null'];
    const signature = digestKeys.sign(region, lines.join('\n'));
    const hash = this.#put(key, text, { signature, 'signature-algorithm': 'SHA256withRSA' });
    this.#digested.set(region, { key, hash, signature });
  }

  #put(Key: string, text: string, Metadata: Readonly<Record<string, string>> = {}): string {
    this.#account.s3.putObject({ Bucket: this.#options.bucket, Key, Body: gzipSync(text), Metadata });
    return sha256(text);
  }

  #folder(kind: string, region: string, at: number): string {
    const { prefix, organization } = this.#options;
    const date = new Date(at).toISOString().slice(0, 10).replaceAll('-', '/');
    const parts = [prefix, 'AWSLogs', organization, this.#account.accountId, kind, region, date];
    return `${parts.filter((part) => part !== undefined).join('/')}/`;
  }

  #name(kind: string, region: string, at: number): string {
    const unique = createHash('sha256').update(`${region} ${at}`).digest('hex').slice(0, 16);
    return `${this.#account.accountId}_${kind}_${region}_${stamp(at, 'minutes')}_${unique}`;
  }

  /** A call that has nothing to do with anything, and names what others are looked for by in its parameters. */
  #stranger(region: string, at: number, index: number): TrailRecord {
    const { accountId } = this.#account;
    const eventID = `00000000-0000-4000-8002-${String(at).slice(-10)}${String(index).padStart(2, '0')}`;
    return {
      eventVersion: '1.11',
      userIdentity: {
        type: 'IAMUser',
        userName: 'somebody',
        arn: `arn:aws:iam::${accountId}:user/somebody`,
        accountId,
      },
      eventTime: `${new Date(at - WINDOW).toISOString().slice(0, 19)}Z`,
      eventSource: 'ec2.amazonaws.com',
      eventName: 'CreateTags',
      awsRegion: region,
      requestParameters: { tagSet: { items: [{ key: 'note', value: '{"eventName": "Delete}[\\"AccessKey"}' }] } },
      responseElements: { _return: true },
      requestID: eventID,
      eventID,
      readOnly: false,
    };
  }
}

/** `20150801T0210Z`, as in the names of files; digests have the seconds too. */
function stamp(at: number, to: 'minutes' | 'seconds'): string {
  const digits = new Date(at).toISOString().replaceAll(/[-:]/g, '');
  return `${digits.slice(0, to === 'minutes' ? 13 : 15)}Z`;
}

/** `2015-08-17T15:01:31Z`. */
function seconds(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
