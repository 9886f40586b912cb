import * as z from 'zod';
import type { EventBridge } from '../event-bridge';
import { instant, operationsOf } from './operation';

const operation = operationsOf('ValidationException');

const Name = z.string().min(1).max(64);
const EventBusName = z.string().optional();
const target = z.object({ Id: z.string().min(1).max(64), Arn: z.string().min(1), Input: z.string().optional() });

/** EventBridge on the wire. */
export function eventBridgeOperations(bus: EventBridge) {
  return {
    PutEvents: operation(
      'data',
      z.object({
        Entries: z
          .array(
            z.object({
              Source: z.string().optional(),
              DetailType: z.string().optional(),
              Detail: z.string().optional(),
              Resources: z.array(z.string()).optional(),
              Time: instant.optional(),
              EventBusName,
            }),
          )
          .min(1)
          .max(10),
      }),
      (input, principal, region) => bus.putEvents(input, { principal, region }),
    ),
    PutRule: operation(
      'write',
      z.object({
        Name,
        EventPattern: z.string().optional(),
        ScheduleExpression: z.string().optional(),
        Description: z.string().max(512).optional(),
        State: z.enum(['ENABLED', 'DISABLED']).optional(),
        EventBusName,
      }),
      (input) => bus.putRule(input),
    ),
    DescribeRule: operation('read', z.object({ Name, EventBusName }), (input) => bus.describeRule(input)),
    ListTargetsByRule: operation(
      'read',
      z.object({ Rule: Name, EventBusName, NextToken: z.string().optional() }),
      (input) => bus.listTargetsByRule(input),
    ),
    ListRuleNamesByTarget: operation('read', z.object({ TargetArn: z.string(), EventBusName }), (input) =>
      bus.listRuleNamesByTarget(input),
    ),
    PutTargets: operation(
      'write',
      z.object({ Rule: Name, EventBusName, Targets: z.array(target).min(1).max(100) }),
      (input) => bus.putTargets(input),
    ),
    RemoveTargets: operation(
      'write',
      z.object({ Rule: Name, EventBusName, Ids: z.array(z.string()).min(1).max(100), Force: z.boolean().optional() }),
      (input) => bus.removeTargets(input),
    ),
    DeleteRule: operation('write', z.object({ Name, EventBusName, Force: z.boolean().optional() }), (input) =>
      bus.deleteRule(input),
    ),
    EnableRule: operation('write', z.object({ Name, EventBusName }), ({ Name }) => bus.enableRule(Name, true)),
    DisableRule: operation('write', z.object({ Name, EventBusName }), ({ Name }) => bus.enableRule(Name, false)),
    ListRules: operation('read', z.object({ NamePrefix: z.string().optional(), EventBusName }), (input) =>
      bus.listRules(input),
    ),
  };
}
