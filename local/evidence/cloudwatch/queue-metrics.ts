import type { GoneMessage, Queues } from '../../events/queues';
import type { DerivedMetrics, MetricId, StatisticSet } from './metrics';

const MINUTE = 60_000;

/**
 * What SQS reports of its queues: `ApproximateNumberOfMessagesVisible`, once a minute. A queue that never held anything
 * reports nothing, as SQS does for queues that nobody uses; one that was emptied reports zeros.
 */
export function queueMetrics(queues: Queues): DerivedMetrics {
  return {
    namespace: 'AWS/SQS',
    between: (metric, from, to) => visibleMessages(queues, metric, from, to),
    revision: () => queues.list().reduce((sum, { messages, gone }) => sum + messages.length + 2 * gone.length, 0),
  };
}

function visibleMessages(queues: Queues, metric: MetricId, from: number, to: number): StatisticSet | undefined {
  const queue = queues.list().find(({ name }) => name === metric.dimensions.QueueName);
  if (queue === undefined || metric.name !== 'ApproximateNumberOfMessagesVisible') return undefined;
  const here = queue.messages.map(({ at }) => ({ at, until: Number.POSITIVE_INFINITY }));
  const stays = [...queue.gone, ...here].filter(({ at }) => at < to);
  if (stays.length === 0) return undefined;
  const first = Math.min(...stays.map(({ at }) => at));
  const count = Math.ceil((to - Math.max(first, from)) / MINUTE);
  // Each minute reports what is there at its end.
  const minutes = ({ at, until }: GoneMessage) => {
    const seen = Math.ceil((to - Math.max(at, from)) / MINUTE);
    const over = until >= to ? 0 : Math.ceil((to - Math.max(until, from)) / MINUTE);
    return Math.max(0, seen - over);
  };
  const steps = [from, ...stays.flatMap(({ at, until }) => [at, until])].filter((time) => time >= from && time < to);
  const levels = steps.map((time) => stays.filter(({ at, until }) => at <= time && until > time).length);
  const before = stays.filter(({ at, until }) => at < from && until > from).length;
  const emptied = queue.gone.some(({ until }) => until < to);
  return {
    sum: stays.reduce((sum, stay) => sum + minutes(stay), 0),
    count,
    minimum: emptied ? Math.min(...levels) : Math.max(1, before),
    maximum: Math.max(...levels),
  };
}
