import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AwsError } from '../account/aws-error';
import type { Clock } from '../clock';
import type { InvocationResult } from './invocation';

/** API Gateway, "Quotas for configuring and running an HTTP API": bytes of request line and headers, and of a body. */
const MOST_HEADERS = 10_240;
const MOST_BODY = 10 * 1_048_576;
/** Lambda's quotas: bytes that a function is invoked with, the body in base64 among them. */
const MOST_EVENT = 6 * 1_048_576;

/** A stage with its throttle and where its access log goes. */
export interface HttpStage {
  readonly ratePerSecond: number;
  readonly burst: number;
  /** Text with `$context.…` in it, one line a request. @default - no log */
  readonly logFormat?: string | undefined;
  readonly log?: ((line: string) => void) | undefined;
}

export interface HttpApiOptions {
  readonly id: string;
  readonly accountId: string;
  readonly clock: Clock;
  /** Whether the function lets this API call it for a method and a path. */
  readonly mayInvoke: (functionArn: string, stage: string, method: string, path: string) => boolean;
  readonly invoke: (functionArn: string, payload: string) => Promise<InvocationResult>;
}

/**
 * An HTTP API of API Gateway in front of functions: exact routes, payload format 2.0, one stage `$default`. Headers of one
 * name come joined by commas, as the function sees them.
 */
export class HttpApi {
  /** `GET /` to the function that answers. */
  readonly routes = new Map<string, string>();
  stage: HttpStage | undefined;
  /** Whether the stage's throttle is in force: with a clock that stands still nobody would ever be let in again. */
  throttles = false;
  #tokens = 0;
  #filledAt = 0;
  #requests = 0;
  readonly #server: Server;

  private constructor(private readonly options: HttpApiOptions) {
    this.#server = createServer({ maxHeaderSize: MOST_HEADERS }, (request, response) => {
      this.#receive(request, response).catch((error: unknown) => {
        console.error(error);
        send(response, 500, {}, message('Internal Server Error'));
      });
    });
  }

  static async start(options: HttpApiOptions): Promise<HttpApi> {
    const api = new HttpApi(options);
    await new Promise<void>((listening) => api.#server.listen(0, '127.0.0.1', listening));
    return api;
  }

  /** In place of `https://<id>.execute-api.<region>.amazonaws.com`: there is no name server here. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    return new Promise((closed) => {
      this.#server.close(() => closed());
      this.#server.closeAllConnections();
    });
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { clock } = this.options;
    const begunAt = clock.now();
    this.#requests += 1;
    const requestId = `request-${this.#requests}`;
    const body = await bodyOf(request);
    const [path = '/', query = ''] = split(request.url ?? '/');
    const routeKey = `${request.method} ${path}`;
    const asked = { request, path, query, routeKey, requestId, begunAt, body: body ?? Buffer.alloc(0) };
    const { status, headers, text } = await this.#answer(asked, body === undefined);
    send(response, status, headers, text);
    this.#log({
      'identity.sourceIp': '127.0.0.1',
      httpMethod: request.method ?? '',
      requestId,
      requestTimeEpoch: String(begunAt),
      responseLatency: String(clock.now() - begunAt),
      routeKey: this.routes.has(routeKey) ? routeKey : '-',
      status: String(status),
    });
  }

  async #answer(asked: Asked, isTooLarge: boolean): Promise<Answer> {
    const { accountId, id, mayInvoke, invoke } = this.options;
    const functionArn = this.routes.get(asked.routeKey);
    if (this.stage === undefined || functionArn === undefined) return plain(404, 'Not Found');
    if (!this.#admits(this.stage)) return plain(429, 'Too Many Requests');
    if (isTooLarge) return plain(413, 'Request Entity Too Large');
    if (!mayInvoke(functionArn, '$default', asked.request.method ?? '', asked.path)) {
      return plain(500, 'Internal Server Error');
    }
    const event = JSON.stringify(eventOf(asked, accountId, id));
    if (Buffer.byteLength(event) > MOST_EVENT) return plain(413, 'Request Entity Too Large');
    const result = await invoke(functionArn, event).catch((thrown: unknown) => {
      if (thrown instanceof AwsError && thrown.code === 'TooManyRequestsException') return undefined;
      throw thrown;
    });
    if (result === undefined) return plain(503, 'Service Unavailable');
    const { payload, functionError } = result;
    return functionError === undefined ? answerOf(payload) : plain(500, 'Internal Server Error');
  }

  /** A bucket of tokens. */
  #admits({ ratePerSecond, burst }: HttpStage): boolean {
    if (!this.throttles) return true;
    const now = this.options.clock.now();
    const filled = this.#filledAt === 0 ? burst : this.#tokens + ((now - this.#filledAt) / 1_000) * ratePerSecond;
    this.#filledAt = now;
    this.#tokens = Math.min(burst, filled);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  #log(context: Readonly<Record<string, string>>): void {
    const { logFormat, log } = this.stage ?? {};
    if (logFormat === undefined) return;
    log?.(logFormat.replace(/\$context\.([\w.]+)/g, (_whole, name: string) => context[name] ?? '-'));
  }
}

interface Asked {
  readonly request: IncomingMessage;
  readonly path: string;
  readonly query: string;
  readonly routeKey: string;
  readonly requestId: string;
  readonly begunAt: number;
  readonly body: Buffer;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string | Buffer;
}

/** "Payload format structure", version 2.0: names in small letters, what comes twice joined by commas, cookies apart. */
function eventOf({ request, path, query, routeKey, requestId, begunAt, body }: Asked, accountId: string, id: string) {
  const headers = new Map<string, string[]>();
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const name = (request.rawHeaders[at] ?? '').toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), request.rawHeaders[at + 1] ?? '']);
  }
  const cookies = headers.get('cookie');
  headers.delete('cookie');
  const parameters = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(query))
    parameters.set(name, [...(parameters.get(name) ?? []), value]);
  const isText = /^(text\/|application\/(json|javascript|xml))/.test(request.headers['content-type'] ?? '');
  const joined = (of: ReadonlyMap<string, readonly string[]>) =>
    Object.fromEntries([...of].map(([name, values]) => [name, values.join(',')]));
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookies === undefined ? {} : { cookies: cookies.flatMap((one) => one.split('; ')) }),
    headers: joined(headers),
    ...(parameters.size === 0 ? {} : { queryStringParameters: joined(parameters) }),
    requestContext: {
      accountId,
      apiId: id,
      domainName: `${id}.execute-api`,
      domainPrefix: id,
      http: {
        method: request.method,
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: '127.0.0.1',
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId,
      routeKey,
      stage: '$default',
      time: new Date(begunAt).toUTCString(),
      timeEpoch: begunAt,
    },
    ...(body.length === 0 ? {} : { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** "Lambda function response for format 2.0": what has no status is the body itself. */
function answerOf(payload: string): Answer {
  const result: unknown = JSON.parse(payload);
  const usual = { 'content-type': 'application/json' };
  if (typeof result !== 'object' || result === null || !('statusCode' in result)) {
    return { status: 200, headers: usual, text: payload };
  }
  const { statusCode, headers = {}, body = '', isBase64Encoded } = result as Readonly<Record<string, unknown>>;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const written = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return {
    status: Number(statusCode),
    headers: { ...usual, ...Object.fromEntries(written) },
    text: isBase64Encoded === true ? Buffer.from(text, 'base64') : text,
  };
}

function plain(status: number, text: string): Answer {
  return { status, headers: { 'content-type': 'application/json' }, text: message(text) };
}

function message(text: string): string {
  return JSON.stringify({ message: text });
}

function send(response: ServerResponse, status: number, headers: Answer['headers'], text: string | Buffer): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

/** undefined where it is too large. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size <= MOST_BODY) chunks.push(bytes);
  }
  return size > MOST_BODY ? undefined : Buffer.concat(chunks);
}

function split(target: string): readonly string[] {
  const at = target.indexOf('?');
  return at === -1 ? [target] : [target.slice(0, at), target.slice(at + 1)];
}
