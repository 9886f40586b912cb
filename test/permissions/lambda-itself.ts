import * as z from 'zod';
import type { DeployedWorld } from '../support/deployed-world';
import type { Enforcement } from './enforcement';
import { kmsOfQueue, kmsOfTopic } from './iam-request';
import { topicKeyOf } from './policies';

/** The record that Lambda sends to the topic when it gives an event up. */
const givenUp = z.object({ requestContext: z.object({ functionArn: z.string(), condition: z.string() }) });

/**
 * What Lambda did in the functions' names, without a request of theirs: every log line was written with the right of the
 * role, every event that was given up went to the queue and to the topic with it.
 */
export async function askForLambda({ world, deployment }: DeployedWorld, enforcement: Enforcement): Promise<void> {
  const { region, accountId } = world.account;
  const roleOf = (name: string) => deployment.functions.find(({ functionName }) => functionName === name);
  for (const { functionName, logGroupName, logStreamName } of world.logs) {
    const resource = `arn:aws:logs:${region}:${accountId}:log-group:${logGroupName}:log-stream:${logStreamName}`;
    for (const action of ['logs:CreateLogStream', 'logs:PutLogEvents']) {
      await enforcement.askForLambda(roleOf(functionName)?.roleArn ?? '', { action, resource });
    }
  }
  for (const { message, topicArn } of world.account.sns.messages) {
    // What a function says is text, and alarms are CloudWatch's own.
    if (!message.startsWith('{') || message.includes('"AlarmName"')) continue;
    const { functionArn } = givenUp.parse(JSON.parse(message)).requestContext;
    const found = roleOf(functionArn.split(':')[6] ?? '');
    await enforcement.askForLambda(found?.roleArn ?? '', { action: 'sns:Publish', resource: topicArn });
    for (const request of kmsOfTopic(world.account, topicKeyOf(deployment))) {
      await enforcement.askForLambda(found?.roleArn ?? '', request);
    }
    const queue = deployment.queues.find(({ arn }) => arn === found?.deadLetterArn);
    const kept = [
      { action: 'sqs:SendMessage', resource: queue?.arn ?? '' },
      ...(queue?.kmsKeyId === undefined ? [] : kmsOfQueue(world.account, queue.kmsKeyId)),
    ];
    for (const request of kept) await enforcement.askForLambda(found?.roleArn ?? '', request);
  }
}
