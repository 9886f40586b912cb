import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import axios, { type AxiosResponse } from 'axios';
import type { z } from 'zod';
import type { Time } from '../../account/ports';
import { isPlainUrl } from '../../core/hosts/plain-url';
import { Redacted } from '../../core/key/credential';
import type { KnownSecrets } from '../../core/key/known-secrets';
import { badAnswer, type Call, type HostError, leadsAstray, noAnswer, refused } from './host-error';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  /** The Authorization header's value. */
  readonly authorization: Redacted;
  /** Told the headers of whatever answer comes, refusals too. */
  readonly onHeaders?: (headers: Readonly<Record<string, unknown>>) => void;
  readonly body?: { readonly type: 'application/json' | 'application/x-www-form-urlencoded'; readonly text: Redacted };
}

/** Sends one request once and parses its 2xx answer. @throws HostError, and nothing else that knows the request */
export type Send = <T>(request: HttpRequest, schema: z.ZodType<T>, call: Call) => Promise<T>;

const DEFAULT_TIMEOUT = 10_000;
const LONGEST_ANSWER = 5_000_000;
/** The connection was never made, so the host cannot have seen the request. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

interface HttpProps {
  readonly time: Time;
  /** Milliseconds for a whole request, from connecting to the last byte. @default 10000 */
  readonly timeout?: number;
  /** Gets every token that is sent: the host may say it back. */
  readonly secrets: KnownSecrets;
}

/** The one way out to CI hosts: no proxy, no redirect, nothing unbounded. */
export function openHttp({ time, timeout = DEFAULT_TIMEOUT, secrets }: HttpProps): Send {
  const client = axios.create({
    adapter: 'http',
    // Environment variables must not be able to send a token through somebody's proxy.
    proxy: false,
    maxRedirects: 0,
    maxContentLength: LONGEST_ANSWER,
    maxBodyLength: LONGEST_ANSWER,
    httpAgent: new Agent({ keepAlive: true }),
    httpsAgent: new TlsAgent({ keepAlive: true }),
    responseType: 'text',
    transformRequest: (data: unknown) => data,
    transformResponse: (data: unknown) => data,
    validateStatus: () => true,
  });

  return async (request, schema, call) => {
    // axios takes a user in the URL for the one who is to be authenticated, in place of our header.
    if (!isPlainUrl(request.url)) throw leadsAstray(call);
    for (const secret of secretsIn(request.authorization)) secrets.add(secret);
    // axios' own timeout watches for silence; an answer that drips for ever needs an end as well.
    const signal = AbortSignal.timeout(timeout);
    let answer: AxiosResponse<unknown>;
    try {
      answer = await client.request<unknown>({
        method: request.method,
        url: request.url,
        headers: {
          accept: 'application/json',
          'user-agent': 'keyturn',
          authorization: request.authorization.reveal(),
          ...(request.body === undefined ? {} : { 'content-type': request.body.type }),
        },
        data: request.body?.text.reveal(),
        signal,
      });
    } catch (thrown) {
      throw failureOf(thrown, signal.aborted, request, call);
    }
    request.onHeaders?.(answer.headers);
    return readAnswer(answer, { request, schema, call, now: time.now() });
  };
}

interface Asked<T> {
  readonly request: HttpRequest;
  readonly schema: z.ZodType<T>;
  readonly call: Call;
  readonly now: Date;
}

/** @throws HostError for what is not 2xx, and for what has another form */
function readAnswer<T>({ status, headers, data }: AxiosResponse<unknown>, { request, schema, call, now }: Asked<T>): T {
  const retryAfter: unknown = headers['retry-after'];
  if (status < 200 || status > 299) {
    throw refused(call, status, typeof retryAfter === 'string' ? retryAfter : undefined, now);
  }
  const parsed = schema.safeParse(jsonOf(data));
  if (parsed.success) return parsed.data;
  throw badAnswer(call, `status ${status}, but not the JSON that was expected`, {
    status,
    retryable: true,
    mayHaveHappened: request.method !== 'GET',
  });
}

/** What an Authorization header says: its credentials, and of a Basic pair the password by itself. */
function secretsIn(authorization: Redacted): readonly Redacted[] {
  const [scheme = '', credentials = scheme] = authorization.reveal().split(' ');
  if (scheme !== 'Basic') return [new Redacted(credentials)];
  const pair = Buffer.from(credentials, 'base64').toString('utf8');
  return [credentials, pair.slice(pair.indexOf(':') + 1)].map((secret) => new Redacted(secret));
}

/** axios' error quotes the request with its headers, so only its code goes on. */
function failureOf(thrown: unknown, timedOut: boolean, { method }: HttpRequest, call: Call): HostError {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  const reason = typeof code === 'string' && /^[A-Z0-9_]{1,50}$/.test(code) ? code : 'connection failed';
  const mayHaveHappened = method !== 'GET' && !NEVER_SENT.has(reason);
  if (timedOut) return noAnswer(call, 'timeout', mayHaveHappened);
  if (reason === 'ERR_BAD_RESPONSE') {
    const what = `it broke off or is longer than ${LONGEST_ANSWER / 1_000_000} MB`;
    return badAnswer(call, what, { retryable: true, mayHaveHappened });
  }
  return noAnswer(call, reason, mayHaveHappened);
}

function jsonOf(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
