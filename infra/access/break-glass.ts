import { Duration, Stack } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import {
  ArnPrincipal,
  CompositePrincipal,
  type Conditions,
  Effect,
  PolicyDocument,
  PolicyStatement,
  type PrincipalBase,
  PrincipalWithConditions,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { isSingleSignOn } from '../../functions/core/config/break-glass-config';
import { DAY } from '../../functions/core/duration';
import { lastLines } from '../../functions/core/findings/last-lines';
import { BREAK_GLASS_USED } from '../../functions/core/names';
import { pathProperty } from './role-path';

/** Who may act as an administrator when nobody else can. */
export interface BreakGlassSettings {
  /**
   * ARNs of the users and roles that may take the role on: a user, and a role that is none of IAM Identity Center's, with a
   * second factor of the last hour.
   */
  readonly trusted: string[];
  /** Last day on which anybody may (UTC), such as `2027-05-31`. @default - no end */
  readonly until?: string;
}

export interface BreakGlassProps extends BreakGlassSettings {
  /** The front of administrators. */
  readonly front: IFunction;
  /** Of roles that are made. */
  readonly rolePath: string;
  /** Is told of every use. */
  readonly topic: ITopic;
  /** Keeps the events that the topic did not take. */
  readonly deadLetters: IQueue;
  /** Where the runbooks are; ends in a slash. */
  readonly runbooks: string;
}

/** Seconds: IAM makes no session shorter, and a second factor is no older. */
const AN_HOUR = 3600;

/**
 * A role that may ask the front of administrators and do nothing else, for an hour at most; who takes it on is told to
 * everybody whom the topic tells. Only in the stack's own region: there the rule hears of it.
 */
export class BreakGlass extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, props: BreakGlassProps) {
    super(scope, id);
    this.role = new Role(this, 'Role', {
      path: pathProperty(props.rolePath),
      assumedBy: new CompositePrincipal(...this.trusted(props)),
      maxSessionDuration: Duration.seconds(AN_HOUR),
      description: 'Keyturn: asks as an administrator when nobody else can; every use is told',
      inlinePolicies: { Front: frontAlone(props.front, endOf(props)) },
    });
    this.ring(props);
  }

  private trusted({ trusted, until }: BreakGlassSettings): PrincipalBase[] {
    const always: Conditions = {
      StringEquals: { 'aws:RequestedRegion': Stack.of(this).region },
      ...endOf({ until }),
    };
    const withSecondFactor: Conditions = {
      ...always,
      Bool: { 'aws:MultiFactorAuthPresent': 'true' },
      NumericLessThan: { 'aws:MultiFactorAuthAge': `${AN_HOUR}` },
    };
    return trusted.map(
      (arn) => new PrincipalWithConditions(new ArnPrincipal(arn), isSingleSignOn(arn) ? always : withSecondFactor),
    );
  }

  /** CloudTrail says who, so it needs a trail. */
  private ring({ topic, deadLetters, runbooks }: BreakGlassProps): void {
    const rule = new CfnRule(this, 'Rule', {
      description: 'Keyturn: tell people when somebody takes the break-glass role on',
      // Where CloudTrail counts a call as one that reads, only such a rule hears of it.
      state: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
      eventPattern: {
        source: ['aws.sts'],
        'detail-type': ['AWS API Call via CloudTrail'],
        detail: {
          eventSource: ['sts.amazonaws.com'],
          eventName: ['AssumeRole'],
          requestParameters: { roleArn: [this.role.roleArn] },
        },
      },
      targets: [
        {
          id: 'Topic',
          arn: topic.topicArn,
          retryPolicy: { maximumRetryAttempts: 8, maximumEventAgeInSeconds: AN_HOUR },
          deadLetterConfig: { arn: deadLetters.queueArn },
          inputTransformer: message(runbooks),
        },
      ],
    });
    const events = {
      principals: [new ServicePrincipal('events.amazonaws.com')],
      conditions: { ArnEquals: { 'aws:SourceArn': rule.attrArn } },
    };
    topic.addToResourcePolicy(
      new PolicyStatement({ ...events, sid: 'BreakGlassUsed', actions: ['sns:Publish'], resources: [topic.topicArn] }),
    );
    deadLetters.addToResourcePolicy(
      new PolicyStatement({ ...events, actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] }),
    );
  }
}

/** The first instant at which nobody may any more. */
function endOf({ until }: Pick<BreakGlassSettings, 'until'>): Conditions {
  if (until === undefined) return {};
  return { DateLessThan: { 'aws:CurrentTime': new Date(Date.parse(until) + DAY).toISOString() } };
}

/** What the administrator's policy of docs/examples allows, and nothing else. */
function frontAlone({ functionArn }: IFunction, end: Conditions): PolicyDocument {
  const resources = [functionArn];
  return new PolicyDocument({
    statements: [
      new PolicyStatement({
        sid: 'Ask',
        actions: ['lambda:InvokeFunctionUrl'],
        resources,
        conditions: { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' }, ...end },
      }),
      new PolicyStatement({
        sid: 'ThroughTheUrlOnly',
        actions: ['lambda:InvokeFunction'],
        resources,
        conditions: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' }, ...end },
      }),
      new PolicyStatement({ sid: 'FindTheUrl', actions: ['lambda:GetFunctionUrlConfig'], resources }),
      new PolicyStatement({
        sid: 'NeverWithAnEventOfMyOwn',
        effect: Effect.DENY,
        actions: ['lambda:InvokeFunction'],
        resources: ['*'],
        conditions: { BoolIfExists: { 'lambda:InvokedViaFunctionUrl': 'false' } },
      }),
    ],
  });
}

function message(runbooks: string): CfnRule.InputTransformerProperty {
  const lines = [
    "Somebody has taken Keyturn's break-glass role on, and may act as an administrator for an hour.",
    'Who: <type> <arn>, from <from>',
    'When: <at> in <region>; in CloudTrail the event <event>',
    'Nothing is broken. Whoever is named has to say why, and what was asked is in the record.',
    `Runbook: ${runbooks}${BREAK_GLASS_USED}.md`,
    ...lastLines(BREAK_GLASS_USED),
  ];
  return {
    inputPathsMap: {
      type: '$.detail.userIdentity.type',
      arn: '$.detail.userIdentity.arn',
      from: '$.detail.sourceIPAddress',
      at: '$.detail.eventTime',
      region: '$.detail.awsRegion',
      event: '$.detail.eventID',
    },
    inputTemplate: lines.map((line) => JSON.stringify(line)).join('\n'),
  };
}
