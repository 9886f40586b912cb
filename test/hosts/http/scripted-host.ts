import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { openTargets } from '../../../functions/hosts/register';
import { Clock } from '../../../local/clock';
import {
  CONNECTION_SECRET,
  connectionTo,
  credentialOf,
  START,
  STORED,
  secretsOf,
  TOKEN,
  timeOf,
} from '../bitbucket/bitbucket-world';

/** What these hosts show to hold can be put back. */
const EARLIER = { canPutBack: () => true, beforeWriting: async () => undefined, read: async () => undefined };

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void | Promise<void>;

/** An HTTP host on 127.0.0.1 that does what a test says, for answers that a well-made host never gives. */
export async function startHost(handler: Handler): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => void handler(request, response, Buffer.concat(chunks).toString('utf8')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port.');
  return `http://127.0.0.1:${address.port}`;
}

export function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** The real client against a scripted host. */
export function clientOf(
  url: string,
  options: {
    readonly timeout?: number;
    readonly random?: () => number;
    readonly allowedOrigins?: ReadonlySet<string>;
  } = {},
) {
  const clock = new Clock(START);
  const time = timeOf(clock);
  const connectionSecrets = secretsOf({ accessToken: TOKEN });
  const targets = openTargets({ connectionSecrets, time, random: () => 0.5, ...options });
  return {
    clock,
    time,
    secret: CONNECTION_SECRET,
    deliver: async (target: Parameters<typeof targets.open>[0], credential = credentialOf()) =>
      (await targets.open(target, connectionTo(`${url}/2.0`))).deliver(credential, STORED, EARLIER),
  };
}

/** A host that keeps repository variables in memory, and lets a test step in before any request. */
export function variableHost(
  stepIn: (request: IncomingMessage, response: ServerResponse) => Promise<boolean> | boolean,
) {
  const variables = new Map<string, { uuid: string; key: string; value: string; secured: boolean }>([
    ['AWS_ACCESS_KEY_ID', { uuid: '{1}', key: 'AWS_ACCESS_KEY_ID', value: 'old', secured: false }],
    ['AWS_SECRET_ACCESS_KEY', { uuid: '{2}', key: 'AWS_SECRET_ACCESS_KEY', value: 'old', secured: true }],
  ]);
  return startHost(async (request, response, body) => {
    if (await stepIn(request, response)) return;
    if (request.method === 'GET') {
      const values = [...variables.values()].map(({ value, ...rest }) => (rest.secured ? rest : { ...rest, value }));
      return json(response, 200, { values });
    }
    const written: { key: string; value: string; secured: boolean } = JSON.parse(body);
    const uuid = variables.get(written.key)?.uuid ?? `{${variables.size + 1}}`;
    variables.set(written.key, { ...written, uuid });
    return json(response, 200, { uuid, key: written.key, secured: written.secured });
  });
}
