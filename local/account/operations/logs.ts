import type { Logs } from '../logs';
import { logsInputs as takes } from '../logs-inputs';
import { operationsOf } from './operation';

const operation = operationsOf('InvalidParameterException');

/** CloudWatch Logs on the wire. */
export function logsOperations(logs: Logs) {
  return {
    CreateLogGroup: operation('write', takes.CreateLogGroup, (input) => logs.createLogGroup(input)),
    PutLogGroupDeletionProtection: operation('write', takes.PutLogGroupDeletionProtection, (input) =>
      logs.putLogGroupDeletionProtection(input),
    ),
    DeleteLogGroup: operation('write', takes.DeleteLogGroup, (input) => logs.deleteLogGroup(input)),
    CreateLogStream: operation('write', takes.CreateLogStream, (input) => logs.createLogStream(input)),
    PutRetentionPolicy: operation('write', takes.PutRetentionPolicy, (input) => logs.putRetentionPolicy(input)),
    PutLogEvents: operation('data', takes.PutLogEvents, (input) => logs.putLogEvents(input)),
    PutSubscriptionFilter: operation('write', takes.PutSubscriptionFilter, (input) =>
      logs.putSubscriptionFilter(input),
    ),
    DeleteSubscriptionFilter: operation('write', takes.DeleteSubscriptionFilter, (input) =>
      logs.deleteSubscriptionFilter(input),
    ),
    DescribeSubscriptionFilters: operation('read', takes.DescribeSubscriptionFilters, (input) =>
      logs.describeSubscriptionFilters(input),
    ),
    DescribeLogGroups: operation('read', takes.DescribeLogGroups, (input) => logs.describeLogGroups(input)),
    DescribeLogStreams: operation('read', takes.DescribeLogStreams, (input) => logs.describeLogStreams(input)),
    FilterLogEvents: operation('read', takes.FilterLogEvents, (input) => logs.filterLogEvents(input)),
    GetLogEvents: operation('read', takes.GetLogEvents, (input) => logs.getLogEvents(input)),
  };
}
