import { expect, test } from 'vitest';
import { queueMetrics } from '../../evidence/cloudwatch/queue-metrics';
import { world } from './world';

const MINUTE = 60_000;
const QueueUrl = 'https://sqs.eu-west-1.amazonaws.com/111122223333/dead';

async function withQueue() {
  const { account, clock } = await world();
  const queue = account.sqs.queues.put('dead', 'arn:aws:sqs:eu-west-1:111122223333:dead');
  const me = account.authenticate(account.rootSession(), 'sqs');
  const receive = (more = {}) => account.invoke(me, 'sqs', 'ReceiveMessage', { QueueUrl, ...more }).Messages ?? [];
  const attributes = () =>
    account.invoke(me, 'sqs', 'GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] }).Attributes;
  return { account, clock, queue, me, receive, attributes };
}

test('a message that was received is seen again after a while, until it is deleted', async () => {
  const { account, clock, queue, me, receive, attributes } = await withQueue();
  expect(receive()).toEqual([]);
  queue.messages.push({ body: 'first', attributes: { ERROR_CODE: 'NO_PERMISSIONS' }, at: clock.now() });
  const [first] = receive({ MessageAttributeNames: ['All'] });
  expect(first).toMatchObject({
    Body: 'first',
    MD5OfBody: '8b04d5e3775d298e78455efc5ca404d5',
    MessageAttributes: { ERROR_CODE: { StringValue: 'NO_PERMISSIONS', DataType: 'String' } },
  });
  expect(receive()).toEqual([]);
  expect(attributes()).toMatchObject({ ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '1' });
  clock.advanceBy(MINUTE);
  const [again] = receive({ VisibilityTimeout: 0 });
  expect(again?.MessageId).toBe(first?.MessageId);
  expect(again).not.toHaveProperty('MessageAttributes');
  account.invoke(me, 'sqs', 'DeleteMessage', { QueueUrl, ReceiptHandle: receive()[0]?.ReceiptHandle ?? '' });
  expect(attributes()).toMatchObject({ ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '0' });
  expect(() => account.invoke(me, 'sqs', 'DeleteMessage', { QueueUrl, ReceiptHandle: 'x' })).toThrow('is not valid');
  expect(() => account.invoke(me, 'sqs', 'PurgeQueue', { QueueUrl: `${QueueUrl}s` })).toThrow('does not exist');
});

test('a queue is emptied once a minute, and its length tells of it', async () => {
  const { account, clock, me, receive } = await withQueue();
  account.cloudWatch.metrics.derive(queueMetrics(account.sqs.queues));
  const start = clock.now();
  for (const MessageBody of ['one', 'two']) account.invoke(me, 'sqs', 'SendMessage', { QueueUrl, MessageBody });
  clock.advanceBy(3 * MINUTE);
  account.invoke(me, 'sqs', 'PurgeQueue', { QueueUrl });
  expect(receive({ MaxNumberOfMessages: 10 })).toEqual([]);
  expect(() => account.invoke(me, 'sqs', 'PurgeQueue', { QueueUrl })).toThrow('every 60 seconds');
  const length = {
    namespace: 'AWS/SQS',
    name: 'ApproximateNumberOfMessagesVisible',
    dimensions: { QueueName: 'dead' },
  };
  const between = (from: number, to: number) =>
    queueMetrics(account.sqs.queues).between(length, start + from * MINUTE, start + to * MINUTE);
  expect(between(0, 2)).toEqual({ sum: 4, count: 2, minimum: 1, maximum: 2 });
  expect(between(0, 5)).toEqual({ sum: 6, count: 5, minimum: 0, maximum: 2 });
  expect(between(3, 5)).toEqual({ sum: 0, count: 2, minimum: 0, maximum: 0 });
});
