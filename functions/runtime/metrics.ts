import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS_NAMESPACE } from '../core/names';
import { COUNTERS, type Summary } from '../core/summary';

/** Writes a run's numbers as CloudWatch metrics (EMF, a log line: no API call, no permission). */
export function emitMetrics(summary: Summary): void {
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: 'keyturn' });
  metrics.addDimension('function', summary.function);
  for (const counter of COUNTERS) {
    metrics.addMetric(`${counter[0]?.toUpperCase()}${counter.slice(1)}`, MetricUnit.Count, summary[counter]);
  }
  metrics.addMetric('Left', MetricUnit.Count, summary.left);
  metrics.addMetric('OldestCurrentKeyDays', MetricUnit.NoUnit, summary.oldestCurrentKeyDays);
  metrics.addMetric('OldestUndeliveredHours', MetricUnit.NoUnit, summary.oldestUndeliveredHours);
  metrics.publishStoredMetrics();
}
