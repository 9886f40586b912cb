/**
 * A refusal in AWS's own words: the error code and message that the service gives, and the HTTP status of its query
 * protocol (JSON services answer 400 whatever the status says here, unless the fault is theirs).
 */
export class AwsError extends Error {
  override readonly name = 'AwsError';

  constructor(
    readonly code: string,
    readonly status: number,
    message: string,
    /** Seconds after which the caller is told to come back. */
    readonly retryAfter?: number | undefined,
  ) {
    super(message);
  }
}
