import { HOUR } from '../../core/duration';
import { type ErrorCode, KeyturnError, type KeyturnErrorOptions } from '../../core/errors';

/** What a request was for, in the words of its errors. Holds names only. */
export interface Call {
  /** The host as people call it. */
  readonly host: string;
  /** What the request is about: the target's or the connection's name. */
  readonly about: string;
  /** What was tried, after "could not": `list the variables`. */
  readonly doing: string;
  /** Name or ARN of the secret that holds the token. */
  readonly secret: string;
  /** What the token must be allowed to do, after "needs". */
  readonly scopes: string;
  /** What a 404 means here, and the cure. */
  readonly missing: { readonly code: ErrorCode; readonly cure: string };
  /** Statuses that mean "the look-up is out of date": look again and repeat, after so many milliseconds at least. */
  readonly outdatedOn?: Readonly<Record<number, number>>;
}

interface HostErrorOptions extends KeyturnErrorOptions {
  readonly status?: number;
  readonly mayHaveHappened?: boolean;
  readonly leastWait?: number;
}

/** A failed request to a CI host; the delivery branches on what is known about its effect. */
export class HostError extends KeyturnError {
  /** HTTP status; undefined where no answer came. */
  readonly status: number | undefined;
  /** Whether the request may have taken effect although it failed. */
  readonly mayHaveHappened: boolean;
  /** Milliseconds to wait at least before the request is repeated. */
  readonly leastWait: number;

  constructor(code: ErrorCode, message: string, options: HostErrorOptions = {}) {
    super(code, message, options);
    this.status = options.status;
    this.mayHaveHappened = options.mayHaveHappened ?? false;
    this.leastWait = options.leastWait ?? 0;
  }
}

/** No answer came. @param reason a code such as `ECONNREFUSED`, or `timeout` */
export function noAnswer(call: Call, reason: string, mayHaveHappened: boolean): HostError {
  return failed(
    call,
    'host-down',
    `${call.host} did not answer (${reason}).`,
    "The next run tries again. If it lasts, check the host's status page, the connection's url and the function's way out.",
    { retryable: true, mayHaveHappened },
  );
}

/** Nothing was sent: the token would have gone with it. The address is not told, because a token may stand in it. */
export function leadsAstray(call: Call): HostError {
  return failed(
    call,
    'invalid-connection',
    'nothing was sent, because the address of the request has a user, a fragment, a backslash, or a path that leads elsewhere.',
    'Correct the url of the connection and the names of the target, and deploy the stack again.',
    {},
  );
}

/** An answer that is not what the API promises: a proxy's page, a cut-off body, a link that leads away. */
export function badAnswer(call: Call, what: string, options: HostErrorOptions): HostError {
  return failed(
    call,
    'host-answer-invalid',
    `${call.host}'s answer cannot be used: ${what}.`,
    "Check that the connection's url is the base of the REST API and that no proxy answers in its place.",
    options,
  );
}

/**
 * The error for a status that is not 2xx.
 * @param retryAfter the Retry-After header: seconds or an HTTP date
 */
export function refused(call: Call, status: number, retryAfter: string | undefined, now: Date): HostError {
  if (status < 400) {
    return badAnswer(call, `status ${status}, and a redirect is not followed, because it could lead the token astray`, {
      status,
    });
  }
  const leastWait = call.outdatedOn?.[status];
  if (leastWait !== undefined) {
    const why = `${call.host} answered ${status} time after time.`;
    return failed(call, 'host-rejected', why, 'The next run tries again.', { status, retryable: true, leastWait });
  }
  switch (status) {
    case 401:
      return failed(
        call,
        'token-rejected',
        `${call.host} does not accept the token (401).`,
        `It may have expired or been revoked: put a new one into the secret ${call.secret}.`,
        { status },
      );
    case 403:
      return failed(
        call,
        'scope-missing',
        `the token is not allowed to (403). It needs ${call.scopes}.`,
        `Put a token with that into the secret ${call.secret}, and check that the host admits the function's IP address.`,
        { status },
      );
    case 404:
      return failed(call, call.missing.code, 'not found (404).', call.missing.cure, { status });
    case 429:
      return throttled(call, status, retryAfter, now);
    default:
      return status >= 500 || status === 408
        ? unavailable(call, status, retryAfter, now)
        : failed(
            call,
            'host-rejected',
            `${call.host} rejected the request (${status}).`,
            "Look at the names of the target and of its variables, and at the host's limits for variables.",
            { status },
          );
  }
}

function throttled(call: Call, status: number, retryAfter: string | undefined, now: Date): HostError {
  const wait = waitOf(retryAfter, now);
  return failed(
    call,
    'rate-limited',
    `${call.host} takes no more requests of this token${until(wait, now)} (429).`,
    'The next run tries again. If it happens often, give the connection a token of its own.',
    { status, retryable: true, ...waiting(wait, now) },
  );
}

/**
 * Nearly all of the hour's requests are used up, and what is left is kept: a pair of which one half is written takes some to
 * be made whole or put back (K1). An hour later none of those counts any more.
 */
export function nearlyUsedUp(call: Call, now: Date): HostError {
  return failed(
    call,
    'rate-limited',
    `${call.host} says that this token's requests of the hour are nearly used up, and the rest is kept for pairs that are torn.`,
    'The next run tries again. If it happens often, give the connection a token of its own.',
    { retryable: true, ...waiting(HOUR, now) },
  );
}

function unavailable(call: Call, status: number, retryAfter: string | undefined, now: Date): HostError {
  const wait = waitOf(retryAfter, now);
  return failed(
    call,
    'host-down',
    `${call.host} is not well (${status})${until(wait, now)}.`,
    "The next run tries again. If it lasts, look at the host's status page.",
    { status, retryable: true, mayHaveHappened: true, ...waiting(wait, now) },
  );
}

function failed(call: Call, code: ErrorCode, why: string, cure: string, options: HostErrorOptions): HostError {
  return new HostError(code, `${call.about}: could not ${call.doing}: ${why} ${cure}`, options);
}

/** RFC 9110, 10.2.3: delay-seconds or an HTTP date. @returns milliseconds */
function waitOf(retryAfter: string | undefined, now: Date): number | undefined {
  const given = retryAfter?.trim();
  if (given === undefined || given === '') return undefined;
  const wait = /^\d{1,9}$/.test(given) ? Number(given) * 1_000 : Date.parse(given) - now.getTime();
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

function waiting(wait: number | undefined, now: Date): HostErrorOptions {
  return wait === undefined ? {} : { leastWait: wait, retryAt: new Date(now.getTime() + wait) };
}

function until(wait: number | undefined, now: Date): string {
  return wait === undefined ? '' : ` until ${new Date(now.getTime() + wait).toISOString()}`;
}
