const INSPECT = Symbol.for('nodejs.util.inspect.custom');
const REDACTED = '[redacted]';

/** A secret string that cannot be printed, serialized or inspected by accident (K6). `reveal()` is the one way out. */
export class Redacted {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [INSPECT](): string {
    return REDACTED;
  }
}

/** One AWS access key with its secret. */
export class Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: Redacted;
  readonly userName: string;
  readonly createdAt: Date;
  /** When it was stored, by Secrets Manager's clock. @default - nobody has read it from there */
  readonly storedAt?: Date | undefined;

  constructor(props: {
    readonly accessKeyId: string;
    readonly secretAccessKey: Redacted;
    readonly userName: string;
    readonly createdAt: Date;
    readonly storedAt?: Date | undefined;
  }) {
    this.accessKeyId = props.accessKeyId;
    this.secretAccessKey = props.secretAccessKey;
    this.userName = props.userName;
    this.createdAt = props.createdAt;
    this.storedAt = props.storedAt;
  }
}
