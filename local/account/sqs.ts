import { createHash } from 'node:crypto';
import type { Clock } from '../clock';
import { type Queue, type QueueMessage, Queues } from '../events/queues';
import { AwsError } from './aws-error';
import type { Identifiers } from './identifiers';

/** For how long a message that was received is not seen by others, in seconds ("VisibilityTimeout"). */
const UNSEEN = 30;
/** How long messages stay, in seconds: CDK's dead-letter queues say 14 days; SQS's own default is 4. */
const RETENTION = 345_600;
const MINUTE = 60_000;

/** What SQS knows of a message besides what is in it. */
interface Handling {
  readonly id: string;
  /** When it was received first, in ms since the epoch. */
  firstReceived: number | undefined;
  /** From when on it can be received again. */
  seenFrom: number;
  received: number;
  /** What its last receiver deletes it with. */
  handle: string | undefined;
}

interface OfQueue {
  readonly QueueUrl: string;
}

/** SQS of one region, as those who look into dead-letter queues see it. Nothing is waited for: what is there is answered. */
export class Sqs {
  readonly queues = new Queues();
  readonly #handlings = new WeakMap<QueueMessage, Handling>();
  readonly #purged = new WeakMap<Queue, number>();

  constructor(
    private readonly accountId: string,
    private readonly region: string,
    private readonly clock: Clock,
    private readonly identifiers: Identifiers,
  ) {}

  listQueues({ QueueNamePrefix = '' }: { readonly QueueNamePrefix?: string | undefined } = {}) {
    const names = this.queues.list().map(({ name }) => name);
    const QueueUrls = names
      .filter((name) => name.startsWith(QueueNamePrefix))
      .sort()
      .map((name) => this.#url(name));
    return QueueUrls.length === 0 ? {} : { QueueUrls };
  }

  /** @throws AwsError QueueDoesNotExist */
  getQueueUrl({ QueueName }: { readonly QueueName: string }) {
    return { QueueUrl: this.#url(this.#named(QueueName).name) };
  }

  /** @throws AwsError QueueDoesNotExist */
  getQueueAttributes({ QueueUrl, AttributeNames = [] }: OfQueue & { readonly AttributeNames?: readonly string[] }) {
    const queue = this.#at(QueueUrl);
    const now = this.clock.now();
    const unseen = queue.messages.filter((message) => this.#handling(message).seenFrom > now).length;
    const all: Readonly<Record<string, string | undefined>> = {
      QueueArn: queue.arn,
      ApproximateNumberOfMessages: String(queue.messages.length - unseen),
      ApproximateNumberOfMessagesNotVisible: String(unseen),
      ApproximateNumberOfMessagesDelayed: '0',
      VisibilityTimeout: String(UNSEEN),
      MessageRetentionPeriod: String(RETENTION),
      KmsMasterKeyId: queue.kmsKeyId,
    };
    const wanted = (name: string) => AttributeNames.includes('All') || AttributeNames.includes(name);
    return {
      Attributes: Object.fromEntries(
        Object.entries(all).filter(([name, value]) => value !== undefined && wanted(name)),
      ),
    };
  }

  /** @throws AwsError QueueDoesNotExist */
  sendMessage({ QueueUrl, MessageBody }: OfQueue & { readonly MessageBody: string }) {
    const message = { body: MessageBody, attributes: {}, at: this.clock.now() };
    this.#at(QueueUrl).messages.push(message);
    return { MessageId: this.#handling(message).id, MD5OfMessageBody: md5(MessageBody) };
  }

  /** The oldest that nobody is at work on. @throws AwsError QueueDoesNotExist */
  receiveMessage(input: ReceiveInput) {
    const { QueueUrl, MaxNumberOfMessages = 1, VisibilityTimeout = UNSEEN, MessageAttributeNames = [] } = input;
    const now = this.clock.now();
    const found = this.#at(QueueUrl)
      .messages.filter((message) => this.#handling(message).seenFrom <= now)
      .slice(0, MaxNumberOfMessages);
    if (found.length === 0) return {};
    return {
      Messages: found.map((message) => {
        const handling = this.#handling(message);
        handling.received += 1;
        handling.firstReceived ??= now;
        handling.seenFrom = now + VisibilityTimeout * 1000;
        handling.handle = Buffer.from(`${handling.id} ${handling.received}`).toString('base64');
        return {
          MessageId: handling.id,
          ReceiptHandle: handling.handle,
          Body: message.body,
          MD5OfBody: md5(message.body),
          ...attributesOf(message, MessageAttributeNames),
        };
      }),
    };
  }

  /** One that is gone already is no error. @throws AwsError QueueDoesNotExist, ReceiptHandleIsInvalid */
  deleteMessage({ QueueUrl, ReceiptHandle }: OfQueue & { readonly ReceiptHandle: string }): void {
    const queue = this.#at(QueueUrl);
    if (!/^[\w-]+ \d+$/.test(Buffer.from(ReceiptHandle, 'base64').toString('utf8'))) {
      throw new AwsError('ReceiptHandleIsInvalid', 404, `The input receipt handle "${ReceiptHandle}" is not valid.`);
    }
    const message = queue.messages.find((one) => this.#handling(one).handle === ReceiptHandle);
    if (message !== undefined) queue.takeOut(message, this.clock.now());
  }

  /** Once a minute. @throws AwsError QueueDoesNotExist, PurgeQueueInProgress */
  purgeQueue({ QueueUrl }: OfQueue): void {
    const queue = this.#at(QueueUrl);
    const now = this.clock.now();
    if (now - (this.#purged.get(queue) ?? Number.NEGATIVE_INFINITY) < MINUTE) {
      const message = `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`;
      throw new AwsError('PurgeQueueInProgress', 403, message);
    }
    this.#purged.set(queue, now);
    for (const message of [...queue.messages]) queue.takeOut(message, now);
  }

  #url(name: string): string {
    return `https://sqs.${this.region}.amazonaws.com/${this.accountId}/${name}`;
  }

  #at(url: string): Queue {
    return this.#named(url.slice(url.lastIndexOf('/') + 1));
  }

  #named(name: string): Queue {
    const queue = this.queues.list().find((one) => one.name === name);
    if (queue !== undefined) return queue;
    throw new AwsError('QueueDoesNotExist', 400, 'The specified queue does not exist.');
  }

  #handling(message: QueueMessage): Handling {
    let handling = this.#handlings.get(message);
    if (handling === undefined) {
      const id = this.identifiers.requestId();
      handling = { id, firstReceived: undefined, seenFrom: 0, received: 0, handle: undefined };
      this.#handlings.set(message, handling);
    }
    return handling;
  }
}

interface ReceiveInput extends OfQueue {
  readonly MaxNumberOfMessages?: number | undefined;
  /** Seconds. */
  readonly VisibilityTimeout?: number | undefined;
  readonly MessageAttributeNames?: readonly string[] | undefined;
}

function attributesOf({ attributes }: QueueMessage, names: readonly string[]) {
  const wanted = Object.entries(attributes).filter(([name]) => names.some((one) => ['All', '.*', name].includes(one)));
  if (wanted.length === 0) return {};
  const typed = wanted.map(([name, StringValue]) => [name, { StringValue, DataType: 'String' }]);
  return { MessageAttributes: Object.fromEntries(typed) };
}

const md5 = (text: string) => createHash('md5').update(text).digest('hex');
