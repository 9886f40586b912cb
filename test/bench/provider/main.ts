import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { importJWK } from 'jose';
import { openProvider } from '../../../cli/provider/open';
import { serveProvider } from '../../../cli/provider/server';
import { providerSchema } from '../../../functions/core/config/provider-config';
import { provide } from '../../../functions/provider/provide';
import { WORKSPACE } from '../../provider/issuer';
import { floor } from './floor';
import { inMemory, RULES_OF_THE_WHOLE } from './in-memory';
import type { AnsweringMessage, StartMessage } from './protocol';

/** The inside of a process that answers runners: what it is made of is what the bench compares. */
async function start(message: StartMessage): Promise<string> {
  if (message.answering === 'process') return whole(message);
  if (message.answering === 'floor') return floorServer(message);
  const props = await inMemory(message.jwk, message.now);
  return (
    await serveProvider(
      (authorization) => provide(authorization, props),
      0,
      () => undefined,
    )
  ).url;
}

async function whole({ access, issuerUrl, now }: StartMessage): Promise<string> {
  const bitbucket = { workspace: 'acme', workspaceUuid: WORKSPACE, url: issuerUrl };
  const say = (message: string, facts?: unknown) => process.stderr.write(`${JSON.stringify({ message, facts })}\n`);
  // In its first half minute it takes no token.
  let time = now - 60_000;
  const { url } = await openProvider({
    config: providerSchema.parse({ bitbucket, rules: RULES_OF_THE_WHOLE }),
    access,
    origin: { account: '111122223333', region: access.region, functionVersion: 'bench' },
    port: 0,
    time: { now: () => new Date(time), sleep: async () => {} },
    log: { info: say, warn: say, error: say },
  });
  time = now;
  return url;
}

/** What no provider can do without: HTTP, and the signature, issuer, audience and times of a token. */
async function floorServer({ jwk, now }: StartMessage): Promise<string> {
  const key = await importJWK(jwk, 'RS256');
  const server = createServer({ keepAlive: false }, (request, response) => {
    const [, token = ''] = /^Bearer (.*)$/.exec(request.headers.authorization ?? '') ?? [];
    floor(token, key, now).then(
      () => response.writeHead(200, { connection: 'close' }).end('{}'),
      () => response.writeHead(401, { connection: 'close' }).end('{}'),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const tell = (message: AnsweringMessage) => process.send?.(message);

process.once('message', (message: StartMessage) => {
  start(message).then(
    (url) => {
      process.on('message', () => {
        const { user, system } = process.cpuUsage();
        tell({ cpu: (user + system) / 1000 });
      });
      tell({ url });
    },
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exitCode = 1;
      process.disconnect();
    },
  );
});
