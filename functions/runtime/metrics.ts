import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { FindingCode } from '../core/findings/findings';
import { METRIC, METRICS_NAMESPACE, METRICS_SERVICE } from '../core/names';
import { COUNTERS, type Summary } from '../core/run-summary';

/**
 * Writes a run's numbers as CloudWatch metrics (EMF, a log line: no API call, no permission).
 *
 * @param finished false when the whole run was stopped: it counts as silence
 */
export function emitMetrics(summary: Summary, findings: ReadonlyMap<FindingCode, number>, finished: boolean): void {
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: METRICS_SERVICE });
  metrics.addDimension('function', summary.function);
  for (const counter of COUNTERS) {
    metrics.addMetric(`${counter[0]?.toUpperCase()}${counter.slice(1)}`, MetricUnit.Count, summary[counter]);
  }
  metrics.addMetric(METRIC.finished, MetricUnit.Count, finished ? 1 : 0);
  metrics.addMetric(METRIC.left, MetricUnit.Count, summary.left);
  metrics.addMetric(METRIC.unrecorded, MetricUnit.Count, summary.unrecorded);
  metrics.addMetric(METRIC.unpublished, MetricUnit.Count, summary.unpublished);
  metrics.addMetric(METRIC.unforwarded, MetricUnit.Count, summary.unforwarded);
  metrics.addMetric(METRIC.untold, MetricUnit.Count, summary.untold);
  metrics.addMetric(METRIC.oldestCurrentKeyDays, MetricUnit.NoUnit, summary.oldestCurrentKeyDays);
  metrics.addMetric(METRIC.mostOverdueDays, MetricUnit.NoUnit, summary.mostOverdueDays);
  metrics.addMetric(METRIC.oldestUndeliveredHours, MetricUnit.NoUnit, summary.oldestUndeliveredHours);
  metrics.publishStoredMetrics();
  for (const [code, count] of findings) {
    const ofFinding = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: METRICS_SERVICE });
    ofFinding.addDimension('finding', code);
    ofFinding.addMetric(METRIC.findings, MetricUnit.Count, count);
    ofFinding.publishStoredMetrics();
  }
}
