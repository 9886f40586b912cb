import { counterName, METRIC } from './names';
import { COUNTERS, type Summary } from './run-summary';

/** Numbers that go out together, with their dimensions beside `service`. */
export interface MetricSet {
  readonly dimensions: Readonly<Record<string, string>>;
  /** None is 0. */
  readonly counts: Readonly<Record<string, number>>;
  /** In every run, so that an alarm ends as soon as its number has fallen. */
  readonly gauges?: Readonly<Record<string, number>>;
}

/**
 * What is sent of a run. Every metric costs by the hours in which it has a value, and most runs are quiet: a count that is
 * 0 is not sent, and alarms take silence for that.
 *
 * @param finished false when the whole run was stopped: it counts as silence
 */
export function metricsOf(
  summary: Summary,
  findings: ReadonlyMap<string, number>,
  finished: boolean,
): readonly MetricSet[] {
  const { left, unrecorded, unpublished, unforwarded, untold } = summary;
  const lost = {
    [METRIC.unrecorded]: unrecorded,
    [METRIC.unpublished]: unpublished,
    [METRIC.unforwarded]: unforwarded,
    [METRIC.untold]: untold,
  };
  const counters = COUNTERS.map((counter) => [counterName(counter), summary[counter]]);
  const counts = { ...Object.fromEntries(counters), [METRIC.finished]: finished ? 1 : 0, [METRIC.left]: left, ...lost };
  const sets: readonly MetricSet[] = [
    { dimensions: { function: summary.function }, counts, gauges: gaugesOf(summary) },
    // Of all functions together: an alarm costs by the metrics that it looks at.
    { dimensions: {}, counts: lost },
    ...Array.from(findings, ([finding, count]) => ({
      dimensions: { finding },
      counts: { [METRIC.findings]: count },
    })),
  ];
  return sets
    .map((set) => ({ ...set, counts: nonZero(set.counts) }))
    .filter(({ counts, gauges = {} }) => Object.keys({ ...counts, ...gauges }).length > 0);
}

function nonZero(counts: MetricSet['counts']): MetricSet['counts'] {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
}

/** Each from the function that looks at every key for it. */
function gaugesOf(summary: Summary): MetricSet['gauges'] {
  const { oldestCurrentKeyDays, mostOverdueDays, oldestUndeliveredHours } = summary;
  switch (summary.function) {
    case 'rotate':
      return { [METRIC.oldestCurrentKeyDays]: oldestCurrentKeyDays, [METRIC.mostOverdueDays]: mostOverdueDays };
    case 'sync':
      return { [METRIC.oldestUndeliveredHours]: oldestUndeliveredHours };
    default:
      return {};
  }
}
