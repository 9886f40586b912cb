import type { Calls } from './call-tally';
import type { Estate } from './estate';
import type { FunctionProcess, Invocation } from './process/function-process';

/** What EventBridge hands to the functions on schedule. */
export const SCHEDULED = { source: 'aws.events', 'detail-type': 'Scheduled Event' } as const;

/** One run, or several of the same kind, of one function. */
export interface MeasuredRun {
  readonly run: string;
  readonly calls: Calls;
  /** ms. */
  readonly wall: number;
  /** ms of processor time. */
  readonly cpu: number;
  /** MB, the most of any process. */
  readonly peakRss: number;
  /** MB, the most of any process. */
  readonly peakHeap: number;
  /** What went wrong: an error, a timeout, a process that was killed. */
  readonly errors: readonly string[];
}

/**
 * Lambda gives 1,769 MB a whole core and less memory its share of one (Lambda Developer Guide, "Configure function
 * memory"). The machine here gives a whole one.
 */
export function wallAtShare({ wall, cpu }: Pick<MeasuredRun, 'wall' | 'cpu'>, memorySize: number): number {
  return wall + cpu * (1_769 / memorySize - 1);
}

/** Adds up what invocations have cost while the calls were counted. */
export function measured(run: string, invocations: readonly Invocation[], calls: Calls, wall: number): MeasuredRun {
  const most = (of: (cost: NonNullable<Invocation['cost']>) => number) =>
    Math.max(0, ...invocations.flatMap(({ cost }) => (cost === undefined ? [] : [of(cost)])));
  const cpu = invocations.reduce((sum, { cost }) => sum + (cost?.cpu ?? 0), 0);
  return {
    run,
    calls,
    wall: Math.round(wall),
    cpu: Math.round(cpu),
    peakRss: megabytes(most(({ peakRss }) => peakRss)),
    peakHeap: megabytes(most(({ peakHeap }) => peakHeap)),
    errors: invocations.flatMap(({ error }) => error ?? []),
  };
}

/** One run of a function in a process that was just started for it. */
export async function runOnce(
  name: string,
  estate: Estate,
  start: () => FunctionProcess,
  event: unknown,
  timeout: number,
): Promise<{ readonly run: MeasuredRun; readonly invocation: Invocation }> {
  const own = start();
  try {
    estate.calls.take();
    const invocation = await own.invoke(event, timeout);
    return { run: measured(name, [invocation], estate.calls.take(), invocation.wall), invocation };
  } finally {
    await own.close();
  }
}

/**
 * One run for each event, in several processes at a time that are used again, as Lambda uses warm environments. Their
 * processor time counts from the first event.
 */
export async function runForEach(
  name: string,
  estate: Estate,
  start: () => FunctionProcess,
  events: readonly unknown[],
  timeout: number,
): Promise<MeasuredRun> {
  const queue = events.values();
  const invocations: Invocation[] = [];
  estate.calls.take();
  const begin = performance.now();
  const workers = Array.from({ length: Math.min(AT_A_TIME, events.length) }, async () => {
    const own = start();
    let last: Invocation | undefined;
    try {
      for (const event of queue) {
        last = await own.invoke(event, timeout);
        if (last.error !== undefined) invocations.push({ ...last, cost: undefined });
      }
      // A process's cost adds up over its invocations: the last one tells it all.
      if (last?.error === undefined && last !== undefined) invocations.push(last);
    } finally {
      await own.close();
    }
  });
  await Promise.all(workers);
  return measured(name, invocations, estate.calls.take(), performance.now() - begin);
}

const AT_A_TIME = 4;

function megabytes(bytes: number): number {
  return Math.round((bytes / 2 ** 20) * 10) / 10;
}
