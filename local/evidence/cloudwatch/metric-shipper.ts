import type { InvocationResult } from '../../lambda/invocation';
import type { LogLine } from '../../lambda/log-line';
import { embeddedMetrics } from './embedded-metrics';
import type { Datum, Metrics } from './metrics';

interface Run {
  readonly begin: number;
  readonly data: readonly Datum[];
}

/** Puts into CloudWatch what functions write as embedded metrics, and what Lambda reports of each invocation. */
export class MetricShipper {
  readonly #written = new Map<string, Datum[]>();
  readonly #last = new Map<string, Run>();

  constructor(private readonly metrics: Metrics) {}

  logged({ functionName, line }: LogLine): void {
    const data = embeddedMetrics(line);
    if (data.length === 0) return;
    for (const datum of data) this.metrics.put(datum);
    this.#written.set(functionName, [...(this.#written.get(functionName) ?? []), ...data]);
  }

  /** The metrics of an invocation bear the time of its begin. */
  invoked(functionName: string, begin: number, { functionError, duration }: InvocationResult): void {
    const ofFunction = { namespace: 'AWS/Lambda', dimensions: { FunctionName: functionName }, at: begin };
    const reported: readonly Datum[] = [
      { ...ofFunction, name: 'Invocations', value: 1 },
      { ...ofFunction, name: 'Errors', value: functionError === undefined ? 0 : 1 },
      { ...ofFunction, name: 'Throttles', value: 0 },
      { ...ofFunction, name: 'Duration', value: duration },
    ];
    for (const datum of reported) this.metrics.put(datum);
    const written = this.#written.get(functionName) ?? [];
    this.#written.delete(functionName);
    this.#last.set(functionName, { begin, data: [...reported, ...written] });
  }

  /** What is throttled is no invocation. */
  throttled(FunctionName: string, at: number): void {
    this.metrics.put({ namespace: 'AWS/Lambda', name: 'Throttles', dimensions: { FunctionName }, value: 1, at });
  }

  /** Puts the metrics of a function's last invocation once more, as those of one that begins now. */
  repeat(functionName: string, now: number): void {
    const { begin, data } = this.#last.get(functionName) ?? { begin: now, data: [] };
    for (const datum of data) this.metrics.put({ ...datum, at: now + datum.at - begin });
  }
}
