import { Duration, Lazy, Stack } from 'aws-cdk-lib';
import { EventField, type IRuleTarget, Match, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { lastLines } from '../../functions/core/findings/last-lines';
import { KEYTURN_CHANGED } from '../../functions/core/names';
import {
  CHANGES_OF_NAMED_KEYS,
  CLOUDFORMATION_ADDRESS,
  mainThings,
  type NamedThing,
  ORDINARY_CALLS,
  type OwnNames,
  type OwnProvider,
  otherThings,
  ownKeys,
  providerThings,
} from '../../functions/core/own-things';

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

/** KMS keys that the configuration names in a pattern, which has room for 2,048 characters. */
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
  private readonly named: string[] = [];

  constructor(scope: Construct, id: string, props: OwnChangesProps) {
    super(scope, id);
    this.props = props;
    const { topic, deadLetters, own } = props;
    this.addRule('Rule', { $or: mainThings(own) });
    this.addRule('More', { $or: otherThings(own) });
    this.watchKeys(own.namedKeys ?? []);
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

  /** IDs of the KMS keys that are watched and not the stack's own. */
  get namedKeys(): readonly string[] {
    return this.named;
  }

  /** Those of connections are known once the managed keys are. @param ids any that are known already too */
  watchKeys(ids: readonly string[]): void {
    for (const id of ids.filter((one) => !this.named.includes(one))) {
      const { length } = this.named;
      const [requestParameters] = ownKeys([id]);
      if (length % KEYS_OF_RULE !== 0) this.rules.at(-1)?.addEventPattern({ detail: { requestParameters } });
      else this.addRule(`Keys${length / KEYS_OF_RULE || ''}`, { ...requestParameters }, [...CHANGES_OF_NAMED_KEYS]);
      this.named.push(id);
    }
  }

  /** Those of a provider's endpoint are known once it is made. */
  watchProvider(provider: OwnProvider): void {
    const things = providerThings(provider);
    this.addRule('Provider', { $or: things }, undefined, parametersOf(things));
  }

  private addRule(
    id: string,
    requestParameters: object,
    eventName = Match.anythingBut(...ORDINARY_CALLS),
    main = parametersOf(mainThings(this.props.own)),
  ): void {
    const { topic, deadLetters, runbooks, own } = this.props;
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
          eventName,
          requestParameters,
        },
      },
      targets: [toTopic(topic, deadLetters, message(runbooks, main, parametersOf(otherThings(own))))],
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

/**
 * EventBridge leaves out what an event does not have, so of the names only those that it has are there. Calls that name
 * two things, such as a role and the policy that it gets, have one of them among `otherThings`.
 */
function message(runbooks: string, named: readonly string[], beside: readonly string[]): RuleTargetInput {
  const of = (path: string) => EventField.fromPath(`$.detail.${path}`);
  const main = named.filter((name) => !beside.includes(name));
  const thing = [main, beside].map((names) => names.map((name) => of(`requestParameters.${name}`)).join('')).join(' ');
  return RuleTargetInput.fromMultilineText(
    [
      'Keyturn itself was changed, and not by a deployment of its stack.',
      `Who: ${of('userIdentity.type')} ${of('userIdentity.arn')}, from ${of('sourceIPAddress')}`,
      `What: ${of('eventName')} (${of('eventSource')}) ${thing}`,
      `When: ${of('eventTime')} in ${of('awsRegion')}; in CloudTrail the event ${of('eventID')}`,
      'Perhaps broken: what was changed may keep keys from being rotated, or hide something. Somebody has to know of it.',
      `Runbook: ${runbooks}${KEYTURN_CHANGED}.md`,
      ...lastLines(KEYTURN_CHANGED),
    ].join('\n'),
  );
}

/** The parameters by which calls name things. */
function parametersOf(things: readonly NamedThing[]): readonly string[] {
  return [...new Set(things.flatMap(Object.keys))];
}
