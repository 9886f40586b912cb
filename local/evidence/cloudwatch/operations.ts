import * as z from 'zod';
import { AwsError } from '../../account/aws-error';
import { integer, operationsOf } from '../../account/operations/operation';
import { pageAfter, positionOf } from '../../account/paging';
import type { Alarm } from './alarm';
import type { Alarms } from './alarms';
import type { CloudWatch } from './cloudwatch';

const operation = operationsOf('ValidationError');
/** Alarms of a page at most ("DescribeAlarms"). */
const PAGE = 100;

/** CloudWatch on the wire, as far as alarms are looked at. */
export function cloudWatchOperations({ alarms }: CloudWatch) {
  return {
    DescribeAlarms: operation(
      'read',
      z.object({
        AlarmNames: z.array(z.string()).optional(),
        AlarmNamePrefix: z.string().optional(),
        StateValue: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']).optional(),
        MaxRecords: integer(1, PAGE).default(PAGE),
        NextToken: z.string().optional(),
      }),
      ({ AlarmNames, AlarmNamePrefix = '', StateValue, MaxRecords, NextToken }) => {
        const wanted = alarms
          .list()
          .filter(({ name }) => name.startsWith(AlarmNamePrefix) && (AlarmNames?.includes(name) ?? true))
          .filter(({ state }) => StateValue === undefined || state === StateValue);
        const after = positionOf(NextToken, () => new AwsError('InvalidNextToken', 400, 'Invalid NextToken'));
        const { items, token } = pageAfter(wanted, ({ name }) => name, MaxRecords, after);
        return { MetricAlarms: items.map(alarmShape), CompositeAlarms: [], NextToken: token };
      },
    ),
    EnableAlarmActions: operation('write', names, (input) => setActions(alarms, input, true)),
    DisableAlarmActions: operation('write', names, (input) => setActions(alarms, input, false)),
    DeleteAlarms: operation('write', names, ({ AlarmNames }) => {
      for (const name of AlarmNames) alarms.delete(name);
    }),
  };
}

const names = z.object({ AlarmNames: z.array(z.string().min(1)).max(PAGE) });

/** An alarm that is not there is passed over ("EnableAlarmActions"). */
function setActions(alarms: Alarms, { AlarmNames }: z.output<typeof names>, ActionsEnabled: boolean): void {
  for (const { name, definition } of alarms.list()) {
    if (AlarmNames.includes(name)) alarms.put({ ...definition, ActionsEnabled });
  }
}

function alarmShape({ arn, definition, state, reason, stateSince, updatedAt }: Alarm) {
  const { Tags: _tags, ...settings } = definition;
  return {
    ...settings,
    AlarmArn: arn,
    AlarmConfigurationUpdatedTimestamp: new Date(updatedAt),
    StateValue: state,
    StateReason: reason,
    StateUpdatedTimestamp: new Date(stateSince),
    StateTransitionedTimestamp: new Date(stateSince),
  };
}
