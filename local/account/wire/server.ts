import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Account } from '../account';
import { AwsError } from '../aws-error';
import { URL_PATH } from '../function-url';
import type { Authorization, AwsCall } from '../principal';
import { ALLOWED_SKEW, authenticate } from './authenticate';
import { answer, type ParsedRequest, parseRequest, refusal } from './dialect';
import { type ClaimedSignature, claimedSignature, type RawRequest } from './signature';
import { isUnsigned, shownIdentity } from './unsigned';
import type { WireAnswer } from './wire-answer';

export type { AwsCall } from '../principal';

/** A failure to inject into one call. */
export type AwsFault =
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly code: string;
      readonly message?: string;
      /** Seconds, in Lambda's `Retry-After`. */
      readonly retryAfter?: number;
    }
  /** The connection is cut and nothing has happened. */
  | { readonly kind: 'drop-before' }
  /** It has happened, and the connection is cut before the answer. */
  | { readonly kind: 'drop-after' }
  /** It has happened or not, and no answer ever comes: whoever asked is about to be killed. */
  | { readonly kind: 'unanswered'; readonly happened: boolean }
  /** Real ms before the call is worked on. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** The call is worked on when something else has happened. */
  | { readonly kind: 'held'; readonly until: Promise<void> };

/** How a call ended. Holds secret material where the answer does: never log it whole. */
export interface CallOutcome {
  /** The HTTP status of the answer, 0 when none was sent. */
  readonly status: number;
  readonly output?: unknown;
  /** The error code, in the query protocol's wording. */
  readonly errorCode?: string;
  readonly fault?: AwsFault['kind'];
}

export interface AccountServerOptions {
  readonly account: Account;
  /** @default 0: any free port */
  readonly port?: number;
  /** ms that the account's clock advances for a call. @default 0 */
  readonly latency?: (call: AwsCall) => number;
  /** Real ms from a call's arrival to the moment at which it is worked on, whatever the clock does. @default 0 */
  readonly realLatency?: (call: AwsCall) => number;
  /** Asked for every authenticated call. */
  readonly fault?: (call: AwsCall) => AwsFault | undefined;
  /** Decides by policy, at once or after a while; everything is allowed without it. */
  readonly authorize?: (call: AwsCall) => Authorization | Promise<Authorization>;
  /** The address that a request comes from, as policies and CloudTrail see it. @default 127.0.0.1 */
  readonly sourceIp?: (request: RawRequest) => string;
  readonly onCall?: (call: AwsCall, outcome: CallOutcome) => void;
  /**
   * How far a request's time may be from the account's clock, in ms. `Infinity` lets a client in that lives in another
   * time than the account, as the `aws` command does beside a simulated one.
   * @default 15 minutes, as in AWS
   */
  readonly allowedSkew?: number;
}

/** A running front. */
export interface AccountServer {
  /** For `AWS_ENDPOINT_URL` and a client's `endpoint`. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** A call and the connection that waits for its answer. */
interface Exchange {
  readonly call: AwsCall;
  readonly request: Pick<ParsedRequest, 'dialect' | 'service' | 'action'>;
  readonly requestId: string;
  readonly outgoing: ServerResponse;
}

/** Bytes. Objects, and a full batch of log events, are larger than a MiB on the wire. */
const MAXIMUM_BODY = 32 * 1_048_576;

/** Puts an account on a loopback port: all services behind one URL, as SDKs and the `aws` command speak to them. */
export async function startAccountServer(options: AccountServerOptions): Promise<AccountServer> {
  const front = new AccountFront(options);
  const server = createServer((incoming, outgoing) => front.receive(incoming, outgoing));
  // Clients keep connections for as long as they like: a server that closes first makes their next request fail.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

class AccountFront {
  readonly #options: AccountServerOptions;
  #requests = 0;

  constructor(options: AccountServerOptions) {
    this.#options = options;
  }

  receive(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAXIMUM_BODY) incoming.destroy();
      else chunks.push(chunk);
    });
    incoming.on('end', () => {
      const body = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
      const { method = 'GET', url: target = '/', headers } = incoming;
      this.handle({ method, target, headers, body }, outgoing);
    });
  }

  private handle(raw: RawRequest, outgoing: ServerResponse): void {
    const requestId = this.requestId();
    let request: Exchange['request'] = { ...guess(raw), action: '' };
    try {
      const claim = isUnsigned(raw) ? undefined : claimedSignature(raw);
      const parsed = parseRequest(raw, claim?.service ?? 'sts');
      request = parsed;
      const call = this.call(raw, parsed, claim);
      const exchange = { call, request: parsed, requestId, outgoing };
      const wait = this.#options.realLatency?.(call) ?? 0;
      if (wait > 0) setTimeout(() => this.work(exchange), wait);
      else this.work(exchange);
    } catch (error) {
      this.refuse({ request, requestId, outgoing }, error);
    }
  }

  /** The call, once its signature has been accepted; one that shows a token has none. */
  private call(raw: RawRequest, parsed: ParsedRequest, claim: ClaimedSignature | undefined): AwsCall {
    const { account, allowedSkew = ALLOWED_SKEW, latency, sourceIp = () => '127.0.0.1' } = this.#options;
    const principal =
      claim === undefined
        ? shownIdentity(account, parsed.input, sourceIp(raw))
        : authenticate(account, parsed.service, raw, claim, allowedSkew);
    const userAgent = raw.headers['user-agent'];
    const call: AwsCall = {
      service: parsed.service,
      action: parsed.action,
      principal,
      input: parsed.input,
      at: account.clock.now(),
      region: claim?.region ?? account.region,
      sourceIpAddress: sourceIp(raw),
      ...(typeof userAgent === 'string' ? { userAgent } : {}),
    };
    if (latency === undefined) return call;
    account.clock.advanceBy(latency(call));
    return { ...call, at: account.clock.now() };
  }

  private work(exchange: Exchange): void {
    const fault = this.#options.fault?.(exchange.call);
    if (fault?.kind === 'delay') setTimeout(() => this.decide(exchange, fault), fault.milliseconds);
    else if (fault?.kind === 'held') void fault.until.then(() => this.decide(exchange, fault));
    else this.decide(exchange, fault);
  }

  private decide(exchange: Exchange, fault: AwsFault | undefined): void {
    const isAsked = happens(fault);
    const decision = (isAsked ? this.#options.authorize?.(exchange.call) : undefined) ?? { allowed: true };
    if (!(decision instanceof Promise)) {
      this.perform(exchange, fault, decision);
      return;
    }
    decision.then(
      (decided) => this.perform(exchange, fault, decided),
      (error: unknown) => this.refuse(exchange, error),
    );
  }

  private perform(exchange: Exchange, fault: AwsFault | undefined, decision: Authorization): void {
    const { call, outgoing } = exchange;
    if (fault?.kind === 'drop-before' || (fault?.kind === 'unanswered' && !fault.happened)) {
      this.#options.onCall?.(call, { status: 0, fault: fault.kind });
      if (fault.kind === 'drop-before') outgoing.destroy();
      return;
    }
    let output: unknown;
    try {
      if (fault?.kind === 'error') {
        throw new AwsError(fault.code, fault.status, fault.message ?? fault.code, fault.retryAfter);
      }
      output = this.#options.account.perform(call, () => decision);
    } catch (error) {
      this.finish(exchange, fault, { error: asAwsError(error) });
      return;
    }
    // Only an invoked function takes a while; everything else is decided at once.
    if (!(output instanceof Promise)) this.finish(exchange, fault, { output });
    else {
      output.then(
        (late: unknown) => this.finish(exchange, fault, { output: late }),
        (error: unknown) => this.finish(exchange, fault, { error: asAwsError(error) }),
      );
    }
  }

  private finish(
    { call, request, requestId, outgoing }: Exchange,
    fault: AwsFault | undefined,
    result: { readonly output: unknown } | { readonly error: AwsError },
  ): void {
    const isRefused = 'error' in result;
    const reply = isRefused ? refusal(request, result.error, requestId) : answer(request, result.output, requestId);
    const errorCode = isRefused ? result.error.code : undefined;
    const isSilent = fault?.kind === 'drop-after' || fault?.kind === 'unanswered';
    this.#options.onCall?.(call, {
      status: isSilent ? 0 : reply.status,
      ...(isRefused ? { errorCode } : { output: result.output }),
      fault: fault?.kind,
    });
    if (fault?.kind === 'drop-after') outgoing.destroy();
    else if (!isSilent) this.send(outgoing, reply, errorCode);
  }

  private refuse({ request, requestId, outgoing }: Omit<Exchange, 'call'>, error: unknown): void {
    const refused = asAwsError(error);
    this.send(outgoing, refusal(request, refused, requestId), refused.code);
  }

  /**
   * The Date header shows the account's clock, so that an SDK in another time corrects its own by it. Refusals have
   * none unless they are about the signature: such an SDK would take every one of them for a skew, and repeat the call.
   */
  private send(outgoing: ServerResponse, { status, headers, body }: WireAnswer, errorCode?: string): void {
    outgoing.sendDate = false;
    const dated = errorCode === undefined || errorCode === 'SignatureDoesNotMatch';
    const date = dated ? { date: new Date(this.#options.account.clock.now()).toUTCString() } : {};
    outgoing.writeHead(status, { ...headers, ...date, 'content-length': Buffer.byteLength(body) });
    outgoing.end(body);
  }

  private requestId(): string {
    this.#requests += 1;
    return `00000000-0000-4000-8000-${this.#requests.toString(16).padStart(12, '0')}`;
  }
}

/** Whether a call is worked on, whatever becomes of its answer. */
function happens(fault: AwsFault | undefined): boolean {
  if (fault?.kind === 'unanswered') return fault.happened;
  return fault?.kind !== 'error' && fault?.kind !== 'drop-before';
}

/** Before anything is known, the header tells which protocol an error should be worded in. */
function guess({ target, headers }: RawRequest): Pick<ParsedRequest, 'dialect' | 'service'> {
  if (target.startsWith(URL_PATH)) return { dialect: 'lambda', service: 'lambda' };
  const [, scope] = /\/(s3|lambda)\/aws4_request/.exec(headers.authorization?.toString() ?? '') ?? [];
  if (scope === 's3' || scope === 'lambda') return { dialect: scope, service: scope };
  if (headers['smithy-protocol'] === 'rpc-v2-cbor') return { dialect: 'cbor', service: 'monitoring' };
  return headers['x-amz-target'] === undefined
    ? { dialect: 'query', service: 'sts' }
    : { dialect: 'json', service: 'secretsmanager' };
}

/** A defect of ours answers as AWS's internal failure does, and is printed where a developer sees it. */
function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  console.error(error);
  return new AwsError('InternalFailure', 500, 'We encountered an internal error. Please try again.');
}
