import type { Account } from '../../account/account';
import { isEventBus } from '../../account/other-buses';
import type { RetryPolicy, RuleTarget } from '../../events/rule';
import type { TargetInput } from '../../events/target-input';
import type { Properties } from '../properties';
import type { ResourceType } from '../resource';
import { assertRole } from './role-reference';

const rule: ResourceType = (input) => {
  const { properties } = input;
  const { bus, account } = input.services;
  const eventBus = properties.optionalText('EventBusName') ?? 'default';
  if (eventBus !== 'default') throw properties.invalid('EventBusName', 'is not supported: there is one bus, default');
  const name = input.previous?.ref ?? properties.optionalText('Name') ?? input.generatedName(64);
  const arn = input.arn('events', `rule/${name}`);
  const schedule = properties.optionalText('ScheduleExpression');
  if (schedule === undefined && !properties.has('EventPattern')) {
    throw properties.invalid('EventPattern', 'or ScheduleExpression is needed');
  }
  bus.putRule({
    name,
    arn,
    enabled: properties.optionalText('State') !== 'DISABLED',
    targets: properties.objects('Targets').map((target) => targetOf(target, account)),
    pattern: properties.value('EventPattern'),
    schedule,
    description: properties.optionalText('Description'),
  });
  return { ref: name, attributes: { Arn: arn }, remove: () => bus.removeRule(name) };
};

function targetOf(properties: Properties, account: Account): RuleTarget {
  // EventBridge acts in a role where it sends events to another bus.
  if (isEventBus(properties.text('Arn'))) assertRole(properties, 'RoleArn', account);
  const retry = properties.object('RetryPolicy');
  const retryPolicy: RetryPolicy = {
    maximumRetryAttempts: retry?.optionalNumber('MaximumRetryAttempts'),
    maximumEventAgeInSeconds: retry?.optionalNumber('MaximumEventAgeInSeconds'),
  };
  return {
    id: properties.text('Id'),
    arn: properties.text('Arn'),
    input: inputOf(properties),
    retryPolicy,
    deadLetterArn: properties.object('DeadLetterConfig')?.optionalText('Arn'),
  };
}

function inputOf(properties: Properties): TargetInput {
  const transformer = properties.object('InputTransformer');
  return {
    input: properties.optionalText('Input'),
    inputPath: properties.optionalText('InputPath'),
    transformer: transformer && {
      inputPaths: transformer.record('InputPathsMap'),
      template: transformer.text('InputTemplate'),
    },
  };
}

export const EVENTS_RESOURCES: Readonly<Record<string, ResourceType>> = { 'AWS::Events::Rule': rule };
