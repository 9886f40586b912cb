import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type HttpAnswer, httpAnswer, refusal } from '../../functions/provider/http-answer';
import type { ProviderAnswer } from '../../functions/provider/provide';

/** Milliseconds for a request to be there, how often that is looked at, and connections at a time. */
const PATIENCE = 2_000;
const LOOKED_AFTER = 500;
const MOST_CONNECTIONS = 512;

export interface ProviderServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Answers runners on loopback. Each connection is good for one request, so that nothing that one client sends is taken for
 * the request of another; what a request has beside its Authorization header is never read.
 *
 * @param port 0 for a free one
 * @param failed is told the name of an error that nobody expected
 */
export async function serveProvider(
  provided: (authorization: readonly string[]) => Promise<ProviderAnswer>,
  port: number,
  failed: (error: string) => void,
): Promise<ProviderServer> {
  const server = createServer(
    { keepAlive: false, maxHeaderSize: 16_384, connectionsCheckingInterval: LOOKED_AFTER },
    (request, response) => {
      respond(request, response, provided).catch((thrown: unknown) => {
        failed(thrown instanceof Error ? thrown.name : typeof thrown);
        if (!response.headersSent) send(response, refusal(503));
      });
    },
  );
  server.maxConnections = MOST_CONNECTIONS;
  server.headersTimeout = PATIENCE;
  server.requestTimeout = PATIENCE;
  await new Promise<void>((listening, refused) => {
    server.once('error', refused);
    server.listen(port, '127.0.0.1', listening);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeIdleConnections();
      }),
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  provided: (authorization: readonly string[]) => Promise<ProviderAnswer>,
): Promise<void> {
  const { method, url: target } = request;
  send(response, await httpAnswer({ method, target, authorization: authorizationOf(request) }, provided));
}

/** All that there are: Node.js would show the first one alone. */
function authorizationOf({ rawHeaders }: IncomingMessage): readonly string[] {
  return rawHeaders.filter((_value, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === 'authorization');
}

function send(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  response.writeHead(status, { ...headers, connection: 'close', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
