import type { Queues } from '../../events/queues';
import type { DerivedMetrics, MetricId, StatisticSet } from './metrics';

const MINUTE = 60_000;

/**
 * What SQS reports of its queues: `ApproximateNumberOfMessagesVisible`, once a minute. A queue that holds nothing
 * reports nothing, as SQS does for queues that nobody uses; a queue that was emptied never held anything.
 */
export function queueMetrics(queues: Queues): DerivedMetrics {
  return {
    namespace: 'AWS/SQS',
    between: (metric, from, to) => visibleMessages(queues, metric, from, to),
    revision: () => queues.list().reduce((sum, { messages }) => sum + messages.length, 0),
  };
}

function visibleMessages(queues: Queues, metric: MetricId, from: number, to: number): StatisticSet | undefined {
  const queue = queues.list().find(({ name }) => name === metric.dimensions.QueueName);
  const arrivals = queue?.messages.map(({ at }) => at).filter((at) => at < to) ?? [];
  const [first] = arrivals;
  if (metric.name !== 'ApproximateNumberOfMessagesVisible' || first === undefined) return undefined;
  const minutesSince = (at: number) => Math.ceil((to - Math.max(at, from)) / MINUTE);
  return {
    sum: arrivals.reduce((sum, at) => sum + minutesSince(at), 0),
    count: minutesSince(first),
    minimum: Math.max(1, arrivals.filter((at) => at < from).length),
    maximum: arrivals.length,
  };
}
