import { readFileSync } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import timers from 'node:timers/promises';
import type { Cost, InvokeMessage, ProcessMessage } from './protocol';

/** The inside of a function's own process: loads the bundle as it is, and runs its handler when it is told to. */
const [, , directory = '', handlerName = 'index.handler'] = process.argv;
const LOOK_EVERY = 20;

let peakHeap = 0;
const look = () => {
  peakHeap = Math.max(peakHeap, process.memoryUsage().heapUsed);
};
setInterval(look, LOOK_EVERY).unref();

/** ms: a longer sleep is the proof of a fresh key, which waits for a minute and does nothing. */
const LONG_SLEEP = 15_000;
const sleep = timers.setTimeout;
timers.setTimeout = ((milliseconds = 1, ...more: []) =>
  sleep(milliseconds < LONG_SLEEP ? milliseconds : 1, ...more)) as typeof timers.setTimeout;
syncBuiltinESMExports();

const [file = 'index', name = 'handler'] = handlerName.split('.');
const script = join(directory, `${file}.js`);
const handler: unknown = Reflect.get(createRequire(script)(script), name);

process.on('message', ({ requestId, event, timeout }: InvokeMessage) => {
  const end = Date.now() + timeout;
  const context = {
    awsRequestId: requestId,
    invokedFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:bench',
    getRemainingTimeInMillis: () => Math.max(0, end - Date.now()),
  };
  run(event, context).then(
    (result) => send({ type: 'succeeded', result, cost: cost() }),
    (error: unknown) => send({ type: 'failed', error: String(error), cost: cost() }),
  );
});

// Without the bench nobody waits for an answer any more.
process.on('disconnect', () => process.exit(1));

async function run(event: unknown, context: object): Promise<unknown> {
  if (typeof handler !== 'function') throw new Error(`${script} has no ${name}`);
  return await Reflect.apply(handler, undefined, [event, context]);
}

function cost(): Cost {
  look();
  const { user, system } = process.cpuUsage();
  return { cpu: (user + system) / 1000, peakRss: peakRss(), peakHeap };
}

/** The kernel's high-water mark of this very process; getrusage's would begin with that of the process that made it. */
function peakRss(): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  } catch {
    // Not Linux.
  }
  return Math.max(process.resourceUsage().maxRSS * 1024, process.memoryUsage.rss());
}

function send(message: ProcessMessage): void {
  process.send?.(message);
}
