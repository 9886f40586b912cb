import * as z from 'zod';
import type { Sqs } from '../sqs';
import { integer, operationsOf } from './operation';

const operation = operationsOf('InvalidParameterValue');
const QueueUrl = z.string().min(1);
const names = z.array(z.string()).optional();

/** SQS on the wire. Messages are data. */
export function sqsOperations(sqs: Sqs) {
  return {
    ListQueues: operation('read', z.object({ QueueNamePrefix: z.string().optional() }), (input) =>
      sqs.listQueues(input),
    ),
    GetQueueUrl: operation('read', z.object({ QueueName: z.string().min(1).max(80) }), (input) =>
      sqs.getQueueUrl(input),
    ),
    GetQueueAttributes: operation('read', z.object({ QueueUrl, AttributeNames: names }), (input) =>
      sqs.getQueueAttributes(input),
    ),
    SendMessage: operation('data', z.object({ QueueUrl, MessageBody: z.string().min(1).max(1_048_576) }), (input) =>
      sqs.sendMessage(input),
    ),
    ReceiveMessage: operation(
      'data',
      z.object({
        QueueUrl,
        MaxNumberOfMessages: integer(1, 10).optional(),
        VisibilityTimeout: integer(0, 43_200).optional(),
        WaitTimeSeconds: integer(0, 20).optional(),
        MessageAttributeNames: names,
      }),
      (input) => sqs.receiveMessage(input),
    ),
    DeleteMessage: operation('data', z.object({ QueueUrl, ReceiptHandle: z.string() }), (input) =>
      sqs.deleteMessage(input),
    ),
    PurgeQueue: operation('write', z.object({ QueueUrl }), (input) => sqs.purgeQueue(input)),
  };
}
