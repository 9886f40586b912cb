import { thingsDocument } from '../../functions/core/deployed-facts';
import { ALARM_PREFIX, DEPLOYMENT_PARAMETERS } from '../../functions/core/names';
import { version } from '../../package.json';
import { Scene } from './scene';
import { SEAL_KEY_ARN } from './seal-key';
import { STACK } from './stage';

/** What CloudFormation's names for the stack's own things begin with. */
export const NAMES = `${STACK}-`;

/** A scene with what a deployment leaves beside the registry: what a person who looks after it can see of a stack. */
export async function deployedScene(start = Date.now()): Promise<Scene> {
  const scene = await new Scene({ start }).start();
  const { account, admin, topicArn } = scene;
  scene.release = `${version}+abcdef`;
  const things = { stacks: [STACK], names: NAMES, topic: topicArn, keys: [SEAL_KEY_ARN.replace(/^.*\//, '')] };
  const write = (Name: string, document: object) =>
    account.invoke(admin, 'ssm', 'PutParameter', { Name, Value: JSON.stringify(document), Type: 'String' });
  write(DEPLOYMENT_PARAMETERS.things, thingsDocument(things));
  write(DEPLOYMENT_PARAMETERS.rights, { version: 1, rights: [] });
  for (const name of ['RotateRule', 'DeactivateRule', 'DeleteRule', 'ReconcileRule']) {
    const rule = { Name: NAMES + name, ScheduleExpression: 'rate(1 day)' };
    account.invoke(admin, 'events', 'PutRule', rule);
  }
  for (const name of ['overdue', 'dead-letters']) {
    account.cloudWatch.alarms.put({
      AlarmName: ALARM_PREFIX + name,
      AlarmActions: [topicArn],
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
  const trail = { Name: 'management', S3BucketName: 'trail-of-the-account' };
  account.invoke(admin, 'cloudtrail', 'CreateTrail', trail);
  account.invoke(admin, 'cloudtrail', 'StartLogging', trail);
  account.invoke(admin, 'sns', 'Subscribe', { TopicArn: topicArn, Protocol: 'sqs', Endpoint: `${topicArn}-queue` });
  return scene;
}
