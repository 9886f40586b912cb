import { Duration, Stack } from 'aws-cdk-lib';
import { type EventPattern, Match, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { EXPOSURE_CODES, type OnExposed } from '../../functions/core/config/exposed';
import { DELIVERED_LABEL_PREFIX, type FunctionName, SECRET_PREFIX } from '../../functions/core/names';
import { secretArnPrefix, stackIdPrefix } from '../access/arns';

export interface ScheduledFunction {
  readonly lambda: IFunction;
  readonly schedule: string;
}

export interface RotationTriggersProps {
  readonly functions: Readonly<Record<FunctionName, IFunction>>;
  readonly schedule: Readonly<Record<'rotate' | 'deactivate' | 'delete' | 'reconcile', string>>;
  /** The function that reports, and when. @default - there is none */
  readonly report?: ScheduledFunction;
  /** Whether a key that has leaked may be made Inactive right after the delivery of its successor. @default false */
  readonly leaks?: boolean;
  /** What is done for a key that AWS says has leaked. @default - its events start nothing */
  readonly exposed?: OnExposed | undefined;
  /** Keeps the events that could not be handed to a function. */
  readonly deadLetters: IQueue;
}

/**
 * A person, or AWS, may have said that a key has leaked: it goes with the delivery of its successor. Where nobody can say
 * so there is no such rule.
 */
const SUCCESSOR_DELIVERED: EventPattern = {
  source: ['aws.secretsmanager'],
  detailType: ['Secret Label Updated'],
  detail: { name: Match.prefix(SECRET_PREFIX), labelUpdated: Match.prefix(DELIVERED_LABEL_PREFIX) },
};

/** Health's events of other kinds, and GuardDuty's of other things than long-term keys, start nothing. */
export const HEALTH_SAYS: EventPattern = {
  source: ['aws.health'],
  detailType: ['AWS Health Event', 'AWS Health Abuse Event'],
  detail: { eventTypeCode: [...EXPOSURE_CODES] },
};
const GUARD_DUTY_SAYS: EventPattern = {
  source: ['aws.guardduty'],
  detailType: ['GuardDuty Finding'],
  detail: { resource: { accessKeyDetails: { accessKeyId: Match.prefix('AKIA') } } },
};

/** What starts the functions. Every event is a hint: a run reads the real state, so a lost or doubled one costs time only. */
export class RotationTriggers extends Construct {
  private readonly deployed: Rule;
  private readonly stacks = new Set<string>();

  constructor(scope: Construct, id: string, props: RotationTriggersProps) {
    super(scope, id);
    const { functions, schedule } = props;
    const target = targetOf(props.deadLetters);
    const daily = (name: 'Rotate' | 'Deactivate' | 'Delete', lambda: IFunction, expression: string) =>
      new Rule(this, name, {
        description: `Keyturn: ${name.toLowerCase()} what is due`,
        schedule: Schedule.expression(expression),
        // A rule may have both (API reference of PutRule); a rule of its own would be two resources more.
        eventPattern: name === 'Deactivate' && props.leaks ? SUCCESSOR_DELIVERED : undefined,
        targets: [target(lambda)],
      });
    const onEvent = (name: string, description: string, lambdas: readonly IFunction[], eventPattern: EventPattern) =>
      new Rule(this, name, { description: `Keyturn: ${description}`, eventPattern, targets: lambdas.map(target) });

    daily('Rotate', functions.rotate, schedule.rotate);
    daily('Deactivate', functions.deactivate, schedule.deactivate);
    daily('Delete', functions.delete, schedule.delete);
    new Rule(this, 'Reconcile', {
      description: 'Keyturn: deliver what is not marked delivered',
      schedule: Schedule.expression(schedule.reconcile),
      targets: [target(functions.sync)],
    });
    if (props.report !== undefined) {
      new Rule(this, 'Report', {
        description: 'Keyturn: write the report',
        schedule: Schedule.expression(props.report.schedule),
        targets: [target(props.report.lambda)],
      });
    }
    onEvent('SecretStored', 'deliver a credential that was just stored', [functions.sync], {
      source: ['aws.secretsmanager'],
      detailType: ['AWS API Call via CloudTrail'],
      detail: {
        eventSource: ['secretsmanager.amazonaws.com'],
        eventName: ['PutSecretValue'],
        // The caller decides whether it names the secret or gives its ARN.
        requestParameters: {
          secretId: [{ prefix: SECRET_PREFIX }, { prefix: secretArnPrefix(this, SECRET_PREFIX) }],
        },
        errorCode: Match.doesNotExist(),
      },
    });
    // The same without a trail.
    onEvent('SecretLabelled', 'deliver a credential that just became current', [functions.sync], {
      source: ['aws.secretsmanager'],
      detailType: ['Secret Label Updated'],
      detail: { name: Match.prefix(SECRET_PREFIX), labelUpdated: ['AWSCURRENT'] },
    });
    // The first rotation of new keys, the delivery to changed targets, and a sign of life of every function. An event
    // after the deployment, not a custom resource in it: a rotation that fails must not roll the stack back. Should the
    // event be lost, the scheduled runs do the same.
    this.deployed = onEvent(
      'Deployed',
      'run right after a deployment',
      [functions.rotate, functions.deactivate, functions.delete, functions.sync],
      {
        source: ['aws.cloudformation'],
        detailType: ['CloudFormation Stack Status Change'],
        detail: { 'status-details': { status: ['CREATE_COMPLETE', 'UPDATE_COMPLETE'] } },
      },
    );
    this.afterDeploymentOf(Stack.of(this));
    if (props.exposed !== undefined) {
      // It starts deactivate when it has said of whom they are.
      const lambdas = [functions.rotate];
      onEvent('Exposed', 'AWS Health says that a key has leaked', lambdas, HEALTH_SAYS);
      onEvent('Misused', 'GuardDuty says that a key is misused', lambdas, GUARD_DUTY_SAYS);
    }
  }

  /** All functions run also after this stack was deployed. */
  afterDeploymentOf(stack: Stack): void {
    const own = stack === Stack.of(this);
    const name = own ? stack.stackName : stackIdPrefix(stack);
    if (this.stacks.has(name)) return;
    this.stacks.add(name);
    // The stack's own ID is known to itself; another stack's ID would tie the two to each other in a circle.
    this.deployed.addEventPattern({ detail: { 'stack-id': [own ? stack.stackId : { prefix: name }] } });
  }
}

/** What takes a rule's events; what it does not take goes into the queue. */
function targetOf(deadLetterQueue: IQueue): (lambda: IFunction) => LambdaTarget {
  return (lambda) => new LambdaTarget(lambda, { deadLetterQueue, retryAttempts: 8, maxEventAge: Duration.hours(1) });
}
