import { Agent, request } from 'node:http';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { expect, it } from 'vitest';
import { world } from './world';

/** ms of processor time that a call may take, the sending of it included. */
const BUDGET = 1;
const CALLS = 1000;

it('answers a call over a kept connection in well under a millisecond of processor time', async () => {
  const { server, sts } = await world();
  let headers: Record<string, string> = {};
  let body = '';
  sts.middlewareStack.add(
    (next) => async (args) => {
      const sent = args.request as { headers: Record<string, string>; body: string };
      headers = { ...sent.headers };
      body = sent.body;
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  await sts.send(new GetCallerIdentityCommand({}));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const call = () =>
    new Promise<number>((resolve, reject) => {
      const outgoing = request({ agent, host: '127.0.0.1', port: server.port, method: 'POST', headers }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode ?? 0));
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  for (let warmUp = 0; warmUp < 200; warmUp++) expect(await call()).toBe(200);
  const before = process.cpuUsage();
  for (let count = 0; count < CALLS; count++) await call();
  const { user, system } = process.cpuUsage(before);
  agent.destroy();
  expect((user + system) / 1000 / CALLS).toBeLessThan(BUDGET);
});
