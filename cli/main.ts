#!/usr/bin/env node
import type { Time } from '../functions/account/ports';
import { run } from './run';
import { processTerminal } from './terminal';

// The SDK is part of this package, and so it is not the person who chooses its version.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

// Whoever reads the output may have seen enough of it, such as `head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

// Whoever has had enough leaves nothing behind: what there is to clean up is cleaned up at the exit. A command that ends
// in a way of its own listens too.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(code);
  });
}

main().then((exitCode) => {
  process.exitCode = exitCode;
});

function main(): Promise<number> {
  return run(process.argv.slice(2), { ...processTerminal, localTime });
}

/** In a local world that is served it is another time than on this machine, and the CI hosts are on loopback. */
async function localTime(endpointUrl: string | undefined, asksAws: boolean): Promise<Time> {
  const { time, stderr } = processTerminal;
  if (process.env.KEYTURN_LOCAL === undefined) return time;
  const { timeOf } = await import('./rehearsal/local-clock');
  const { goToLocalHosts } = await import('./rehearsal/local-hosts');
  const told = await goToLocalHosts(process.env, endpointUrl);
  if (told !== undefined && asksAws) stderr.write(`${told}\n`);
  return timeOf(process.env, time, endpointUrl);
}
