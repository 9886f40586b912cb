/** A message in a queue. */
export interface QueueMessage {
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** When it came, in ms since the epoch. */
  readonly at: number;
}

/** A message that was in a queue. */
export interface GoneMessage {
  readonly at: number;
  /** When it was taken out. */
  readonly until: number;
}

/** An SQS queue: what a dead-letter queue holds can be read in `messages`. */
export class Queue {
  readonly messages: QueueMessage[] = [];
  readonly gone: GoneMessage[] = [];

  constructor(
    readonly name: string,
    readonly arn: string,
    /** The KMS key that encrypts its messages. @default SQS's own */
    public kmsKeyId?: string,
  ) {}

  /** Takes a message out. @param until when, in ms since the epoch */
  takeOut(message: QueueMessage, until: number): void {
    const place = this.messages.indexOf(message);
    if (place < 0) return;
    this.messages.splice(place, 1);
    this.gone.push({ at: message.at, until });
  }
}

/** The account's queues. */
export class Queues {
  readonly #queues = new Map<string, Queue>();

  /** The queue of this ARN, made if there is none yet. */
  put(name: string, arn: string, kmsKeyId?: string): Queue {
    const queue = this.#queues.get(arn) ?? new Queue(name, arn);
    queue.kmsKeyId = kmsKeyId;
    this.#queues.set(arn, queue);
    return queue;
  }

  remove(arn: string): void {
    this.#queues.delete(arn);
  }

  list(): readonly Queue[] {
    return [...this.#queues.values()];
  }

  find(arn: string): Queue | undefined {
    return this.#queues.get(arn);
  }
}
