/** An HTTP answer. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** What a refusal says, before a protocol has worded it. */
export interface WireRefusal {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  /** Seconds, for the header of the same name. */
  readonly retryAfter?: number | undefined;
}
