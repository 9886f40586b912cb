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

  constructor(props: {
    readonly accessKeyId: string;
    readonly secretAccessKey: Redacted;
    readonly userName: string;
    readonly createdAt: Date;
  }) {
    this.accessKeyId = props.accessKeyId;
    this.secretAccessKey = props.secretAccessKey;
    this.userName = props.userName;
    this.createdAt = props.createdAt;
  }
}
