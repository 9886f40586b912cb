import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Account } from '../account';
import { AwsError } from '../aws-error';
import type { Authorization, AwsCall, ServiceName } from '../principal';
import { ALLOWED_SKEW, authenticate } from './authenticate';
import { answer, type ParsedRequest, parseRequest, refusal, type WireAnswer } from './dialect';
import { type ClaimedSignature, claimedSignature, type RawRequest } from './signature';

export type { AwsCall } from '../principal';

/** A failure to inject into one call. */
export type AwsFault =
  | { readonly kind: 'error'; readonly status: number; readonly code: string; readonly message?: string }
  /** The connection is cut and nothing has happened. */
  | { readonly kind: 'drop-before' }
  /** It has happened, and the connection is cut before the answer. */
  | { readonly kind: 'drop-after' }
  /** Real ms before the call is worked on. */
  | { readonly kind: 'delay'; readonly milliseconds: number };

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
    let request: Pick<ParsedRequest, 'dialect' | 'service'> = guess(raw);
    try {
      const claim = claimedSignature(raw);
      const parsed = parseRequest(raw, claim.service);
      request = parsed;
      const call = this.call(raw, parsed, claim);
      const wait = this.#options.realLatency?.(call) ?? 0;
      if (wait > 0) setTimeout(() => this.work(call, parsed, requestId, outgoing), wait);
      else this.work(call, parsed, requestId, outgoing);
    } catch (error) {
      const refused = asAwsError(error);
      this.send(outgoing, refusal(request, refused, requestId), refused.code);
    }
  }

  /** The call, once its signature has been accepted. */
  private call(raw: RawRequest, parsed: ParsedRequest, claim: ClaimedSignature): AwsCall {
    const { account, allowedSkew = ALLOWED_SKEW, latency } = this.#options;
    const principal = authenticate(account, parsed.service, raw, claim, allowedSkew);
    const userAgent = raw.headers['user-agent'];
    const call: AwsCall = {
      service: parsed.service,
      action: parsed.action,
      principal,
      input: parsed.input,
      at: account.clock.now(),
      region: claim.region,
      ...(typeof userAgent === 'string' ? { userAgent } : {}),
    };
    if (latency === undefined) return call;
    account.clock.advanceBy(latency(call));
    return { ...call, at: account.clock.now() };
  }

  private work(call: AwsCall, request: ParsedRequest, requestId: string, outgoing: ServerResponse): void {
    const fault = this.#options.fault?.(call);
    if (fault?.kind === 'delay') {
      setTimeout(() => this.decide(call, request, requestId, outgoing, fault), fault.milliseconds);
    } else {
      this.decide(call, request, requestId, outgoing, fault);
    }
  }

  private decide(
    call: AwsCall,
    request: ParsedRequest,
    requestId: string,
    outgoing: ServerResponse,
    fault: AwsFault | undefined,
  ): void {
    const isAsked = fault?.kind !== 'error' && fault?.kind !== 'drop-before';
    const decision = (isAsked ? this.#options.authorize?.(call) : undefined) ?? { allowed: true };
    if (!(decision instanceof Promise)) {
      this.finish(call, request, requestId, outgoing, fault, decision);
      return;
    }
    decision.then(
      (decided) => this.finish(call, request, requestId, outgoing, fault, decided),
      (error: unknown) => {
        const refused = asAwsError(error);
        this.send(outgoing, refusal(request, refused, requestId), refused.code);
      },
    );
  }

  private finish(
    call: AwsCall,
    request: ParsedRequest,
    requestId: string,
    outgoing: ServerResponse,
    fault: AwsFault | undefined,
    decision: Authorization,
  ): void {
    const { account, onCall } = this.#options;
    const note = fault === undefined ? {} : { fault: fault.kind };
    if (fault?.kind === 'drop-before') {
      onCall?.(call, { status: 0, ...note });
      outgoing.destroy();
      return;
    }
    const reply = (answered: WireAnswer, result: Pick<CallOutcome, 'output' | 'errorCode'>) => {
      const dropped = fault?.kind === 'drop-after';
      onCall?.(call, { status: dropped ? 0 : answered.status, ...result, ...note });
      if (dropped) outgoing.destroy();
      else this.send(outgoing, answered, result.errorCode);
    };
    const fail = (error: unknown) => {
      const refused = asAwsError(error);
      reply(refusal(request, refused, requestId), { errorCode: refused.code });
    };
    const succeed = (output: unknown) => {
      let answered: WireAnswer;
      try {
        answered = answer(request, output, requestId);
      } catch (error) {
        return fail(error);
      }
      return reply(answered, { output });
    };
    let output: unknown;
    try {
      if (fault?.kind === 'error') throw new AwsError(fault.code, fault.status, fault.message ?? fault.code);
      output = account.perform(call, () => decision);
    } catch (error) {
      fail(error);
      return;
    }
    // Only a function takes its time to answer.
    if (output instanceof Promise) output.then(succeed, fail);
    else succeed(output);
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

/** Before anything is known, the header tells which protocol an error should be worded in. */
function guess({ headers }: RawRequest): { dialect: ParsedRequest['dialect']; service: ServiceName } {
  if (headers.authorization?.includes('/lambda/aws4_request') === true) return { dialect: 'lambda', service: 'lambda' };
  if (headers.authorization?.includes('/s3/aws4_request') === true) return { dialect: 's3', service: 's3' };
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
