import type { RegistryEntry } from '../../functions/core/config/registry';
import { thingsDocument } from '../../functions/core/deployed-facts';
import { ALARM_PREFIX, DEPLOYMENT_PARAMETERS, registryParameterName } from '../../functions/core/names';
import { version } from '../../package.json';
import { Scene } from './scene';
import { SEAL_KEY_ARN } from './seal-key';
import { STACK } from './stage';

/** What CloudFormation's names for the stack's own things begin with. */
export const NAMES = `${STACK}-`;

/** What the functions say of their code. */
export const RELEASE = `${version}+abcdef`;

const RULES = ['RotateRule', 'DeactivateRule', 'DeleteRule', 'ReconcileRule'].map((name) => NAMES + name);
/** What an app has in the stack beside Keyturn. */
const OTHERS = { rule: 'Mine-NightlyReport-1A2B', alarm: 'Mine-Errors-3C4D' } as const;
const ALARMS = ['overdue', 'dead-letters'].map((name) => ALARM_PREFIX + name);

/** A scene with what a deployment leaves beside the registry: what a person who looks after it can see of a stack. */
export class DeployedScene extends Scene {
  override release = RELEASE;
  readonly #ids = new Set<string>();
  /** Names of the stack's roles, as of the last `keepStack`. */
  roles: readonly string[] = [];

  override async start(): Promise<this> {
    await super.start();
    this.writeDeployment();
    const trail = { Name: 'management', S3BucketName: 'trail-of-the-account' };
    this.account.invoke(this.admin, 'cloudtrail', 'CreateTrail', trail);
    this.account.invoke(this.admin, 'cloudtrail', 'StartLogging', trail);
    return this;
  }

  /** Whatever a deployment puts right. */
  writeDeployment(): void {
    const { account, admin, topicArn } = this;
    const things = { stacks: [STACK], names: NAMES, topic: topicArn, keys: [SEAL_KEY_ARN.replace(/^.*\//, '')] };
    this.writeParameter(DEPLOYMENT_PARAMETERS.things, thingsDocument(things));
    this.writeParameter(DEPLOYMENT_PARAMETERS.rights, { version: 1, rights: [] });
    for (const Name of RULES) {
      account.invoke(admin, 'events', 'PutRule', { Name, ScheduleExpression: 'rate(1 day)' });
      account.invoke(admin, 'events', 'PutTargets', { Rule: Name, Targets: [{ Id: 'Target0', Arn: topicArn }] });
    }
    for (const name of ALARMS) this.writeAlarm(name);
    this.keepStack();
    const { Subscriptions } = account.invoke(admin, 'sns', 'ListSubscriptionsByTopic', { TopicArn: topicArn });
    if (Subscriptions.length > 0) return;
    account.invoke(admin, 'sns', 'Subscribe', { TopicArn: topicArn, Protocol: 'sqs', Endpoint: `${topicArn}-queue` });
  }

  override register(entry: RegistryEntry): void {
    super.register(entry);
    this.#ids.add(entry.id);
    this.keepStack();
  }

  /** What CloudFormation tells of the stack. @param more names of functions that it has beside */
  keepStack(...more: readonly string[]): void {
    const { account, topicArn, clock } = this;
    const things = (ResourceType: string, ids: readonly string[]) =>
      ids.map((PhysicalResourceId) => ({ LogicalResourceId: PhysicalResourceId, PhysicalResourceId, ResourceType }));
    const resources = [
      ...things('AWS::Events::Rule', [...RULES, OTHERS.rule]),
      ...things('AWS::CloudWatch::Alarm', [...ALARMS, OTHERS.alarm]),
      ...things('AWS::SNS::Topic', [topicArn]),
      ...things('AWS::SSM::Parameter', [
        ...Object.values(DEPLOYMENT_PARAMETERS),
        ...[...this.#ids].map(registryParameterName),
      ]),
      ...things('AWS::Lambda::Function', more),
      ...things('AWS::IAM::Role', this.roles),
    ];
    const StackId = `arn:aws:cloudformation:${account.region}:${account.accountId}:stack/${STACK}/1`;
    const stack = { StackName: STACK, StackId, StackStatus: 'CREATE_COMPLETE', Outputs: [], Tags: [] } as const;
    account.cloudFormation.keep(
      { ...stack, EnableTerminationProtection: false, template: '{}' },
      resources,
      clock.now(),
    );
  }

  writeParameter(Name: string, document: object): void {
    const input = { Name, Value: JSON.stringify(document), Type: 'String' as const, Overwrite: true };
    this.account.invoke(this.admin, 'ssm', 'PutParameter', input);
  }

  private writeAlarm(AlarmName: string): void {
    this.account.cloudWatch.alarms.put({
      AlarmName,
      AlarmActions: [this.topicArn],
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 1,
      Threshold: 0,
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: NAMES }],
      Period: 300,
      Statistic: 'Maximum',
    });
  }
}
