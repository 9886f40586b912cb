import type { FindingCode } from '../../functions/core/findings/findings';
import { ENDPOINT, type FunctionName, METRIC, METRICS_NAMESPACE, METRICS_SERVICE } from '../../functions/core/names';
import type { AlarmMetric } from './alarm-definition';

/**
 * A metric of one function's runs. Whoever has `cloudwatch:PutMetricData` can put values below 0 into any of Keyturn's
 * own, which hide what is there in a sum, and nothing in a maximum.
 */
export function runMetric(name: string, of: FunctionName): AlarmMetric {
  return ownMetric(name, { function: of });
}

/** Tokens that were shown to a provider's endpoint once more. */
export function reusedTokens(): AlarmMetric {
  return ownMetric(METRIC.reused, { function: ENDPOINT });
}

/** Steps that a provider's endpoint gave nothing, for a reason that is for people. */
export function refusedSteps(): AlarmMetric {
  return ownMetric(METRIC.refused, { function: ENDPOINT });
}

/** Requests that were too many for a provider's endpoint, as its access log has them. */
export function throttledRequests(): AlarmMetric {
  return { namespace: METRICS_NAMESPACE, name: METRIC.throttled, dimensions: {}, statistic: 'Maximum' };
}

/** A metric that the functions send together. */
export function sharedMetric(name: string): AlarmMetric {
  return ownMetric(name, {});
}

export function findingMetric(finding: FindingCode): AlarmMetric {
  return ownMetric(METRIC.findings, { finding });
}

function ownMetric(name: string, of: AlarmMetric['dimensions']): AlarmMetric {
  const dimensions = { service: METRICS_SERVICE, ...of };
  return { namespace: METRICS_NAMESPACE, name, dimensions, statistic: 'Maximum' };
}

/** Runs of a Lambda function that failed as a whole. */
export function failedRuns(FunctionName: string): AlarmMetric {
  return { namespace: 'AWS/Lambda', name: 'Errors', dimensions: { FunctionName }, statistic: 'Sum' };
}

/** What lies in a queue. */
export function queueLength(QueueName: string): AlarmMetric {
  return {
    namespace: 'AWS/SQS',
    name: 'ApproximateNumberOfMessagesVisible',
    dimensions: { QueueName },
    statistic: 'Maximum',
  };
}

/** Times that a Lambda function was started. */
export function invocations(FunctionName: string): AlarmMetric {
  return { namespace: 'AWS/Lambda', name: 'Invocations', dimensions: { FunctionName }, statistic: 'Sum' };
}

/** Events that Lambda gave up; with a dead-letter queue it has put them there, if that was possible. */
export function droppedEvents(FunctionName: string): AlarmMetric {
  return { namespace: 'AWS/Lambda', name: 'AsyncEventsDropped', dimensions: { FunctionName }, statistic: 'Sum' };
}

/** Log events that a subscription filter could not hand to its Lambda function. */
export function subscriptionErrors(LogGroupName: string, FilterName: string): AlarmMetric {
  const dimensions = { LogGroupName, DestinationType: 'Lambda', FilterName };
  return { namespace: 'AWS/Logs', name: 'DeliveryErrors', dimensions, statistic: 'Sum' };
}

/** Times that a Lambda function was not started, because it has no more concurrency. */
export function throttles(FunctionName: string): AlarmMetric {
  return { namespace: 'AWS/Lambda', name: 'Throttles', dimensions: { FunctionName }, statistic: 'Sum' };
}

/** Requests that an HTTP API answered with 500 or more. */
export function failedRequests(ApiId: string): AlarmMetric {
  return { namespace: 'AWS/ApiGateway', name: '5xx', dimensions: { ApiId }, statistic: 'Sum' };
}
