import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as realTime } from 'node:timers/promises';
import { type Answer, answer, answerWith, type Call } from './answer';
import { Arrivals } from './arrivals';
import type { Bitbucket } from './bitbucket';
import { BitbucketError } from './bitbucket-error';
import type { BitbucketFault, BitbucketRequest } from './fault';
import { parseRoute, type Route } from './route';

export type { BitbucketFault, BitbucketRequest } from './fault';

const longestBody = 1_000_000;

export interface BitbucketServerOptions {
  readonly bitbucket: Bitbucket;
  /** @default a free one */
  readonly port?: number;
  /**
   * Milliseconds on the clock from a request's arrival to its effect and answer. Requests that arrive together run in
   * parallel: each is done at its arrival plus its own latency. @default 0
   */
  readonly latency?: (request: BitbucketRequest) => number;
  /** Real milliseconds before a request is answered, whatever the clock does. @default 0 */
  readonly realLatency?: (request: BitbucketRequest) => number;
  /** Asked once for every request when it arrives. */
  readonly fault?: (request: BitbucketRequest) => BitbucketFault | undefined;
  /** Told about every request once it is answered; the status is 0 where the connection was cut. */
  readonly onRequest?: (request: BitbucketRequest, status: number) => void;
  /** Real milliseconds without a new request before the clock moves for the waiting ones. @default 5 */
  readonly settle?: number;
}

export interface BitbucketServer {
  /** The base URL of the API: `http://127.0.0.1:<port>/2.0`. */
  readonly url: string;
  /** Where `/site/oauth2/access_token` is. */
  readonly origin: string;
  readonly port: number;
  /** Ends all connections at once; requests that still wait have no effect. */
  close(): Promise<void>;
}

/** Serves a Bitbucket over HTTP on 127.0.0.1. */
export async function startBitbucketServer(options: BitbucketServerOptions): Promise<BitbucketServer> {
  const { bitbucket } = options;
  const arrivals = new Arrivals(bitbucket.clock, options.settle ?? 5);
  let number = 0;

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(incoming);
    if (body === undefined) return send(response, failure(413, 'Request entity too large'));
    const call = parseCall(incoming, body);
    if (call instanceof BitbucketError) return send(response, answerWith(call.status, call.body, call.headers));
    const request = describe(call, ++number, bitbucket.clock.now());
    const fault = options.fault?.(request);
    const delay = fault?.kind === 'delay' ? fault.milliseconds : 0;
    await arrivals.until(request.arrivedAt + (options.latency?.(request) ?? 0) + delay);
    const realDelay = options.realLatency?.(request) ?? 0;
    if (realDelay > 0) await realTime(realDelay);
    const reply = bitbucket.answering(request.arrivedAt, () => react(bitbucket, call, fault));
    options.onRequest?.(request, reply?.status ?? 0);
    if (reply === undefined) incoming.socket.destroy();
    else send(response, reply);
  }

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      if (incoming.destroyed && !incoming.complete) return;
      process.emitWarning(error instanceof Error ? error : String(error));
      if (!response.headersSent) send(response, failure(500, 'Something went wrong'));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const origin = `http://127.0.0.1:${port}`;
  return {
    url: `${origin}/2.0`,
    origin,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        arrivals.stop();
      }),
  };
}

/** The answer to a request under a fault; nothing where the connection is to be cut. */
function react(bitbucket: Bitbucket, call: Call, fault: BitbucketFault | undefined): Answer | undefined {
  switch (fault?.kind) {
    case 'status': {
      const body = fault.body ?? { type: 'error', error: { message: 'Something went wrong' } };
      return answerWith(fault.status, body, fault.headers ?? {});
    }
    case 'garbage':
      return answerWith(200, '<!DOCTYPE html><html><body>Sign in to continue</body></html>', {
        'content-type': 'text/html; charset=utf-8',
      });
    case 'drop-before':
      return undefined;
    case 'drop-after':
      answer(bitbucket, call);
      return undefined;
    default:
      return answer(bitbucket, call, { stale: fault?.kind === 'stale-read' });
  }
}

function parseCall(incoming: IncomingMessage, body: string): Call | BitbucketError {
  const target = incoming.url ?? '/';
  try {
    // Links lead back to the host that the client knows, also through a forwarded port.
    const url = new URL(`${protocolOf(incoming)}://${incoming.headers.host ?? '127.0.0.1'}${target}`);
    const route = parseRoute(target.split('?', 1)[0] ?? '/');
    return { method: incoming.method ?? 'GET', url, route, authorization: incoming.headers.authorization, body };
  } catch (error) {
    if (error instanceof BitbucketError) return error;
    return new BitbucketError(400, { type: 'error', error: { message: 'Bad request' } });
  }
}

function describe(call: Call, number: number, arrivedAt: number): BitbucketRequest {
  const level = levelOf(call.route);
  const key = keyOf(call.body);
  return {
    number,
    method: call.method,
    path: call.url.pathname,
    query: Object.fromEntries(call.url.searchParams),
    kind: call.route.kind,
    level,
    key,
    arrivedAt,
  };
}

function levelOf(route: Route): BitbucketRequest['level'] {
  return route.kind === 'variable' || route.kind === 'variables' ? route.place.level : undefined;
}

function keyOf(body: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null || !('key' in parsed)) return undefined;
    return typeof parsed.key === 'string' ? parsed.key : undefined;
  } catch {
    return undefined;
  }
}

/** The whole body as text; nothing when it is longer than any variable can be. */
async function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length <= longestBody) chunks.push(bytes);
  }
  return length > longestBody ? undefined : Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, status === 204 ? headers : { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function failure(status: number, message: string): Answer {
  return answerWith(status, { type: 'error', error: { message } }, {});
}

/** The protocol that the client spoke to whoever forwarded its request, so that the links it gets stay on its origin. */
function protocolOf({ headers }: IncomingMessage): 'http' | 'https' {
  return headers['x-forwarded-proto'] === 'https' ? 'https' : 'http';
}
