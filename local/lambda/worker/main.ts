import os from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { Clock } from '../../clock';
import { ConsoleCapture } from './console-capture';
import { Deadline } from './deadline';
import { lambdaError } from './error-form';
import { freeze } from './freeze';
import { installHostMap } from './host-map';
import { loadHandler } from './load-handler';
import { allowOnlyLoopback } from './loopback-only';
import { Outbox } from './outbox';
import type { InvokeMessage, LogMessage, WorkerMessage, WorkerSettings } from './protocol';
import { RequestsInFlight } from './requests-in-flight';
import { installSimulatedDate } from './simulated-date';
import { installSimulatedRandom } from './simulated-random';
import { SimulatedSleep } from './simulated-sleep';

/** The inside of an execution environment: prepares the thread, loads the function's bundle, and serves invocations. */
if (parentPort === null) throw new Error('This script is the inside of a worker thread');
const port = parentPort;
const outbox = new Outbox(port);
const settings: WorkerSettings = workerData;
const clock = new Clock(settings.clock);
const deadline = new Deadline(clock, () => outbox.post({ type: 'timed-out' }));
const requests = new RequestsInFlight();
const sleep = new SimulatedSleep(clock, deadline, requests);
const output = new ConsoleCapture((line) => outbox.log(clock.now(), line), settings.logFormat);

installSimulatedDate(clock);
sleep.install();
if (settings.timersOnClock) sleep.installTimers();
installSimulatedRandom(settings.logStreamName);
allowOnlyLoopback();
installHostMap(settings.hosts, {
  sending: () => {
    deadline.enforce();
    outbox.flush();
  },
  sent: (request) => requests.track(request),
});
output.install();
// The host's own AWS configuration must not be found; in Lambda this folder does not exist either.
os.homedir = () => '/home/sbx_user1051';

process.on('uncaughtException', (error) => crash(error));
process.on('unhandledRejection', (reason) => {
  crash(reason instanceof Error ? `${reason.name}: ${reason.message}` : reason, 'Runtime.UnhandledPromiseRejection');
});

const loading = loadHandler(settings.taskRoot, settings.handler);
// Each invocation reports it; until then it is nobody's unhandled rejection.
loading.catch(() => {});
port.on('message', (message: InvokeMessage) => void serve(message));

async function serve({ requestId, payload, deadline: at }: InvokeMessage): Promise<void> {
  output.requestId = requestId;
  deadline.set(at);
  sleep.setActive(true);
  const handler = await loading.catch((error: unknown) => crash(error));
  if (handler === undefined) return;
  try {
    const result = await handler(JSON.parse(payload), context(requestId));
    done({ type: 'succeeded', payload: JSON.stringify(result ?? null) ?? 'null' });
  } catch (error) {
    const form = lambdaError(error);
    output.write('ERROR', ['Invoke Error', JSON.stringify({ ...form, trace: undefined, stack: form.trace })]);
    done({ type: 'failed', error: form });
  }
}

function done(message: Exclude<WorkerMessage, LogMessage>): void {
  deadline.enforce();
  deadline.clear();
  sleep.setActive(false);
  outbox.post(message);
}

/** Lambda ends the environment after an error that nobody caught. */
function crash(error: unknown, errorType?: string): undefined {
  const form = lambdaError(error, errorType);
  output.write('ERROR', ['Uncaught Exception', JSON.stringify({ ...form, trace: undefined, stack: form.trace })]);
  outbox.post({ type: 'crashed', error: form });
  freeze();
}

/** Lambda's context object, without what Node.js 24 no longer has. */
function context(awsRequestId: string): object {
  return {
    functionName: settings.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: settings.functionArn,
    memoryLimitInMB: String(settings.memorySize),
    awsRequestId,
    logGroupName: settings.logGroupName,
    logStreamName: settings.logStreamName,
    getRemainingTimeInMillis: () => deadline.remaining,
  };
}
