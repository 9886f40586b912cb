import { Duration, Stack } from 'aws-cdk-lib';
import { EventField, type IRuleTarget, Match, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { KEYTURN_CHANGED } from '../../functions/core/names';
import { CLOUDFORMATION_ADDRESS, ORDINARY_CALLS, type OwnNames, ownThings } from '../../functions/core/own-things';

export interface OwnChangesProps {
  /** Is told. */
  readonly topic: ITopic;
  /** Keeps the events that the topic did not take. */
  readonly deadLetters: IQueue;
  /** What is Keyturn's own. */
  readonly own: OwnNames;
  /** Where the runbooks are; ends in a slash. */
  readonly runbooks: string;
}

/** CloudFormation cuts the stack's name and the logical ID where a name would be too long, neither of them to fewer. */
const UNCUT = 24;

/**
 * Tells people when somebody changes Keyturn itself, and not by a deployment: a function, a role, a rule, an alarm, the
 * record, its key, a registry entry, or who may read a secret. CloudTrail says who, so this needs a trail, and what is
 * done in IAM comes only where IAM is recorded.
 */
export class OwnChanges extends Construct {
  constructor(scope: Construct, id: string, props: OwnChangesProps) {
    super(scope, id);
    const { topic, deadLetters, own, runbooks } = props;
    const rule = new Rule(this, 'Rule', {
      description: 'Keyturn: tell people when Keyturn itself is changed, and not by a deployment',
      eventPattern: {
        // Nobody but AWS sends events of such a source.
        source: Match.prefix('aws.'),
        detailType: ['AWS API Call via CloudTrail'],
        detail: {
          readOnly: [false],
          managementEvent: [true],
          errorCode: Match.doesNotExist(),
          sourceIPAddress: Match.anythingBut(CLOUDFORMATION_ADDRESS),
          eventName: Match.anythingBut(...ORDINARY_CALLS),
          requestParameters: { $or: ownThings(own) },
        },
      },
      targets: [toTopic(topic, deadLetters, message(runbooks))],
    });
    const conditions = { ArnEquals: { 'aws:SourceArn': rule.ruleArn } };
    const principals = [new ServicePrincipal('events.amazonaws.com')];
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'ChangesOfKeyturn',
        principals,
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions,
      }),
    );
    deadLetters.addToResourcePolicy(
      new PolicyStatement({ principals, actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn], conditions }),
    );
  }
}

/** The CDK's own target would let every rule of every account publish. */
function toTopic({ topicArn: arn }: ITopic, { queueArn }: IQueue, input: RuleTargetInput): IRuleTarget {
  const retryPolicy = { maximumRetryAttempts: 8, maximumEventAgeInSeconds: Duration.hours(1).toSeconds() };
  return { bind: () => ({ arn, input, retryPolicy, deadLetterConfig: { arn: queueArn } }) };
}

/** What CloudFormation's names for the engine's things begin with: `Keyturn-KeyRotation`. */
export function ownNamesPrefix(scope: Construct): string {
  const stack = Stack.of(scope);
  const { stackName } = stack;
  if (stackName.length > UNCUT) return stackName.slice(0, UNCUT);
  const [outermost] = scope.node.scopes.slice(stack.node.scopes.length);
  return `${stackName}-${(outermost?.node.id ?? '').replace(/[^A-Za-z0-9]/g, '').slice(0, UNCUT)}`;
}

/** EventBridge leaves out what an event does not have, so of the names only the one that it has is there. */
function message(runbooks: string): RuleTargetInput {
  const of = (path: string) => EventField.fromPath(`$.detail.${path}`);
  const thing = [
    'functionName',
    'roleName',
    'policyArn',
    'logGroupName',
    'logGroupIdentifier',
    'secretId',
    'rule',
    'topicArn',
  ]
    .map((name) => of(`requestParameters.${name}`))
    .join('');
  return RuleTargetInput.fromMultilineText(
    [
      'Keyturn itself was changed, and not by a deployment of its stack.',
      `Who: ${of('userIdentity.type')} ${of('userIdentity.arn')}, from ${of('sourceIPAddress')}`,
      `What: ${of('eventName')} (${of('eventSource')}) ${thing}`,
      `When: ${of('eventTime')} in ${of('awsRegion')}; in CloudTrail the event ${of('eventID')}`,
      'Perhaps broken: what was changed may keep keys from being rotated, or hide something. Somebody has to know of it.',
      `Runbook: ${runbooks}${KEYTURN_CHANGED}.md`,
    ].join('\n'),
  );
}
