import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Clock } from '../../clock';
import type { Scheduler } from '../../scheduler';
import type { S3 } from '../s3/s3';

/** How a Firehose stream writes into its bucket. */
export interface DeliveryStreamSettings {
  readonly name: string;
  readonly arn: string;
  readonly bucketName: string;
  /** May hold `!{timestamp:…}`; without one Firehose adds `yyyy/MM/dd/HH/`. */
  readonly prefix: string;
  /** ms from the first record of an object until it is written. */
  readonly interval: number;
  /** Whether objects are compressed with gzip. */
  readonly compressed: boolean;
  /** End of the objects' names, with its dot. @default .gz for what is compressed */
  readonly fileExtension?: string | undefined;
  /** Whether records of CloudWatch Logs are decompressed. */
  readonly decompresses: boolean;
  /** Whether only the messages of such a record are kept, a line each. */
  readonly extractsMessages: boolean;
}

export interface DeliveryStreamsOptions {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly s3: S3;
  /** Makes the last part of the objects' names. */
  readonly newId: () => string;
}

/** Firehose: what comes in within an interval becomes one object of a bucket. */
export class DeliveryStreams {
  readonly #settings = new Map<string, DeliveryStreamSettings>();
  readonly #buffers = new Map<string, Buffer[]>();

  constructor(private readonly options: DeliveryStreamsOptions) {}

  put(settings: DeliveryStreamSettings): void {
    this.#settings.set(settings.arn, settings);
  }

  remove(arn: string): void {
    this.#settings.delete(arn);
    this.#buffers.delete(arn);
  }

  has(arn: string): boolean {
    return this.#settings.has(arn);
  }

  /** Takes a record; one for a stream that has gone is lost, as in AWS. */
  putRecord(arn: string, record: Buffer): void {
    const settings = this.#settings.get(arn);
    if (settings === undefined) return;
    const buffer = this.#buffers.get(arn);
    if (buffer !== undefined) {
      buffer.push(record);
      return;
    }
    this.#buffers.set(arn, [record]);
    const { clock, scheduler } = this.options;
    scheduler.at(clock.now() + settings.interval, `delivery ${settings.name}`, async () => this.#flush(arn));
  }

  #flush(arn: string): void {
    const settings = this.#settings.get(arn);
    const records = this.#buffers.get(arn);
    this.#buffers.delete(arn);
    if (settings === undefined || records === undefined) return;
    const content = Buffer.concat(records.map((record) => processed(record, settings)));
    const Body = settings.compressed ? gzipSync(content) : content;
    const now = new Date(this.options.clock.now());
    const stamp = now.toISOString().slice(0, 19).replace(/[T:]/g, '-');
    const extension = settings.fileExtension ?? (settings.compressed ? '.gz' : '');
    const name = `${settings.name}-1-${stamp}-${this.options.newId()}${extension}`;
    this.options.s3.putObject({
      Bucket: settings.bucketName,
      Key: prefixAt(settings.prefix, now) + name,
      Body,
      ContentMD5: createHash('md5').update(Body).digest('base64'),
    });
  }
}

function processed(record: Buffer, { decompresses, extractsMessages }: DeliveryStreamSettings): Buffer {
  if (!decompresses) return record;
  const text = gunzipSync(record).toString('utf8');
  if (!extractsMessages) return Buffer.from(text, 'utf8');
  const { logEvents } = JSON.parse(text) as { logEvents: readonly { readonly message: string }[] };
  return Buffer.from(logEvents.map(({ message }) => `${message}\n`).join(''), 'utf8');
}

/** A prefix at an instant ("Custom prefixes for Amazon S3 objects" in Firehose's Developer Guide), in UTC. */
function prefixAt(prefix: string, now: Date): string {
  const [year = '', month = '', day = '', hour = ''] = now.toISOString().split(/[-T:]/);
  const whole = prefix.includes('!{timestamp:') ? prefix : `${prefix}!{timestamp:yyyy/MM/dd/HH}/`;
  return whole.replace(/!\{timestamp:([^}]*)\}/g, (_, format: string) =>
    format
      .replaceAll("'", '')
      .replaceAll('yyyy', year)
      .replaceAll('MM', month)
      .replaceAll('dd', day)
      .replaceAll('HH', hour),
  );
}
