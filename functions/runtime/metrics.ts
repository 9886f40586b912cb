import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS_NAMESPACE, METRICS_SERVICE } from '../core/names';
import { type MetricSet, metricsOf } from '../core/run-metrics';

/** Writes a run's numbers as CloudWatch metrics (EMF, a log line: no API call, no permission). */
export function emitMetrics(...run: Parameters<typeof metricsOf>): void {
  for (const set of metricsOf(...run)) emit(set);
}

/** Writes numbers that go out together. */
export function emit({ dimensions, counts, gauges = {} }: MetricSet): void {
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: METRICS_SERVICE });
  metrics.addDimensions(dimensions);
  for (const [name, count] of Object.entries(counts)) metrics.addMetric(name, MetricUnit.Count, count);
  for (const [name, value] of Object.entries(gauges)) metrics.addMetric(name, MetricUnit.NoUnit, value);
  metrics.publishStoredMetrics();
}
