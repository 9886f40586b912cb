/** What Bitbucket puts under `error` in the body of a refusal. */
interface ErrorBody {
  readonly message: string;
  /** A sentence; an object only where scopes are missing, as the real service answers. */
  readonly detail?: string | Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** A refusal in Bitbucket's own shape: status, headers and body are what goes over the wire. */
export class BitbucketError extends Error {
  override readonly name = 'BitbucketError';

  constructor(
    readonly status: number,
    /** An object is sent as JSON, a string as plain text. */
    readonly body: object | string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(`${status} ${typeof body === 'string' ? body : JSON.stringify(body)}`);
  }
}

/** A refusal with the usual body `{type: "error", error: {…}}`. */
export function refusal(status: number, error: ErrorBody, headers?: Readonly<Record<string, string>>): BitbucketError {
  return new BitbucketError(status, { type: 'error', error }, headers);
}

export function badRequest(detail: string): BitbucketError {
  return refusal(400, { message: 'Bad request', detail });
}

/** The refusal of the Pipelines services, which carry a stable key for programs to branch on. */
export function pipelinesRefusal(status: number, message: string, detail: string, key: string): BitbucketError {
  return refusal(status, { message, detail, data: { key, arguments: {} } });
}

export function unauthorized(message = 'Token is invalid, expired, or not supported for this endpoint.') {
  return refusal(401, { message }, { 'www-authenticate': 'Basic realm="Bitbucket.org HTTP"' });
}
