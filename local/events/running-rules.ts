import type { EventRule, RuleTargetShape, RunningRules } from '../account/event-bridge';
import type { EventBus } from './event-bus';
import type { Rule, RuleTarget } from './rule';

/** Shows the rules of a bus to whoever asks the account about them. */
export function runningRules(bus: EventBus): RunningRules {
  return {
    list: () => bus.rules.map((rule) => ({ rule: ruleShape(rule), targets: rule.targets.map(targetShape) })),
    enable: (name, enabled) => {
      for (const rule of named(bus, name)) bus.putRule({ ...rule, enabled });
    },
    retarget: (name, shapes) => {
      for (const rule of named(bus, name)) {
        const known = new Map(rule.targets.map((target) => [target.id, target]));
        const targets = shapes.map(
          ({ Id: id, Arn: arn, Input: input }): RuleTarget =>
            known.get(id) ?? { id, arn, ...(input === undefined ? {} : { input: { input } }) },
        );
        bus.putRule({ ...rule, targets });
      }
    },
    remove: (name) => bus.removeRule(name),
  };
}

function named(bus: EventBus, name: string): readonly Rule[] {
  return bus.rules.filter((one) => one.name === name);
}

function ruleShape({ name, arn, pattern, schedule, enabled, description }: Rule): EventRule {
  return {
    Name: name,
    Arn: arn,
    State: enabled === false ? 'DISABLED' : 'ENABLED',
    EventPattern: pattern === undefined ? undefined : JSON.stringify(pattern),
    ScheduleExpression: schedule,
    Description: description,
    EventBusName: 'default',
  };
}

function targetShape({ id, arn, input, deadLetterArn }: RuleTarget): RuleTargetShape {
  const dead = deadLetterArn === undefined ? {} : { DeadLetterConfig: { Arn: deadLetterArn } };
  return { Id: id, Arn: arn, Input: input?.input, ...dead };
}
