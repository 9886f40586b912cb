/** A message in a queue. */
export interface QueueMessage {
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** When it came, in ms since the epoch. */
  readonly at: number;
}

/** An SQS queue that nobody empties: what a dead-letter queue holds can be read in `messages`. */
export class Queue {
  readonly messages: QueueMessage[] = [];

  constructor(
    readonly name: string,
    readonly arn: string,
    /** The KMS key that encrypts its messages. @default SQS's own */
    public kmsKeyId?: string,
  ) {}
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
