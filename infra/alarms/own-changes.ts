import { Duration, Lazy, Stack } from 'aws-cdk-lib';
import { EventField, type IRuleTarget, Match, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { KEYTURN_CHANGED } from '../../functions/core/names';
import {
  CLOUDFORMATION_ADDRESS,
  mainThings,
  ORDINARY_CALLS,
  type OwnNames,
  otherThings,
  ownKeys,
} from '../../functions/core/own-things';

export interface OwnChangesProps {
  /** Is told. */
  readonly topic: ITopic;
  /** Keeps the events that the topic did not take. */
  readonly deadLetters: IQueue;
  /** What is Keyturn's own. */
  readonly own: OwnNames;
  /** IDs of the KMS keys that the configuration names. */
  readonly namedKeys: readonly string[];
  /** Where the runbooks are; ends in a slash. */
  readonly runbooks: string;
}

/** Keys of connections in a pattern, which has room for 2,048 characters. */
const KEYS_OF_RULE = 25;

/** CloudFormation cuts the stack's name and the logical ID where a name would be too long, neither of them to fewer. */
const UNCUT = 24;

/**
 * Tells people when somebody changes Keyturn itself, and not by a deployment: a function, a role, a rule, an alarm, the
 * record, its key, a registry entry, or who may read a secret. CloudTrail says who, so this needs a trail, and what is
 * done in IAM comes only where IAM is recorded.
 */
export class OwnChanges extends Construct {
  private readonly props: OwnChangesProps;
  private readonly rules: Rule[] = [];
  private readonly known: string[];

  constructor(scope: Construct, id: string, props: OwnChangesProps) {
    super(scope, id);
    this.props = props;
    const { topic, deadLetters, own, namedKeys } = props;
    this.known = [...own.keys, ...namedKeys];
    this.addRule('Rule', { $or: mainThings(own) });
    this.addRule('More', { $or: [...otherThings(own), ...ownKeys(namedKeys)] });
    const arns = Lazy.list({ produce: () => this.rules.map(({ ruleArn }) => ruleArn) });
    const conditions = { ArnEquals: { 'aws:SourceArn': arns } };
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

  /** IDs of all KMS keys that are watched. */
  get keys(): readonly string[] {
    return this.known;
  }

  /** KMS keys that are known once the managed keys are: those of connections. @param ids any that are known already too */
  watchKeys(ids: readonly string[]): void {
    for (const id of ids.filter((one) => !this.known.includes(one))) {
      const { own, namedKeys } = this.props;
      const others = this.known.length - own.keys.length - namedKeys.length;
      const named = { keyId: [{ suffix: id }] };
      if (others % KEYS_OF_RULE === 0) this.addRule(`Keys${others / KEYS_OF_RULE || ''}`, named);
      else this.rules.at(-1)?.addEventPattern({ detail: { requestParameters: named } });
      this.known.push(id);
    }
  }

  private addRule(id: string, requestParameters: object): void {
    const { topic, deadLetters, runbooks } = this.props;
    const rule = new Rule(this, id, {
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
          requestParameters,
        },
      },
      targets: [toTopic(topic, deadLetters, message(runbooks))],
    });
    this.rules.push(rule);
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
