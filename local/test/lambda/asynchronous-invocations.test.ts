import { afterEach, expect, test } from 'vitest';
import { Sandbox, START } from './sandbox';

let sandbox = new Sandbox();
afterEach(() => sandbox.lambda.close());

const FLAKY = `
  let count = 0;
  export const handler = async (event, context) => {
    count += 1;
    console.log(Date.now() + ' ' + context.awsRequestId);
    if (count <= event.failures) throw new Error('failure ' + count);
    return count;
  };`;
const attempts = () =>
  sandbox.lines.filter((line) => line.includes('\tINFO\t')).map((line) => line.split('\t')[3] ?? '');

test('a failed event is tried again after one and two more minutes, under the same request ID', async () => {
  sandbox = new Sandbox();
  await sandbox.deploy(FLAKY);
  await sandbox.lambda.invokeAsynchronously('test', '{"failures":2}');
  await sandbox.scheduler.runUntil(START + 3_600_000);
  const [first, ...others] = attempts();
  const id = first?.split(' ')[1];
  expect([first, ...others]).toEqual([`${START} ${id}`, `${START + 60_000} ${id}`, `${START + 180_000} ${id}`]);
  expect(sandbox.sent).toEqual([]);
});

test('after the third failure it goes to the dead-letter queue and the on-failure destination', async () => {
  sandbox = new Sandbox();
  await sandbox.deploy(FLAKY, { deadLetterArn: 'arn:dlq' });
  sandbox.lambda.configureEventInvoke('test', { onFailureArn: 'arn:failures' });
  await sandbox.lambda.invokeAsynchronously('test', '{"failures":9}');
  await sandbox.scheduler.runUntil(START + 3_600_000);
  expect(attempts()).toHaveLength(3);
  expect(sandbox.sent.map(({ arn }) => arn)).toEqual(['arn:dlq', 'arn:failures']);
  expect(sandbox.sent[0]).toMatchObject({
    body: '{"failures":9}',
    attributes: { ErrorCode: '200', ErrorMessage: expect.stringContaining('failure 3') },
  });
  expect(JSON.parse(sandbox.sent[1]?.body ?? '')).toMatchObject({
    version: '1.0',
    timestamp: '2026-03-01T00:03:00.000Z',
    requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
    requestPayload: { failures: 9 },
    responseContext: { statusCode: 200, functionError: 'Unhandled' },
    responsePayload: { errorType: 'Error', errorMessage: 'failure 3' },
  });
});

test.each([
  [{ maximumRetryAttempts: 0 }, 1, 'RetriesExhausted'],
  [{ maximumRetryAttempts: 1 }, 2, 'RetriesExhausted'],
  [{ maximumEventAgeInSeconds: 100 }, 2, 'EventAgeExceeded'],
])('%j is kept to', async (settings, count, condition) => {
  sandbox = new Sandbox();
  await sandbox.deploy(FLAKY);
  sandbox.lambda.configureEventInvoke('test', { ...settings, onFailureArn: 'arn:failures' });
  await sandbox.lambda.invokeAsynchronously('test', '{"failures":9}');
  await sandbox.scheduler.runUntil(START + 3_600_000);
  expect(attempts()).toHaveLength(count);
  expect(JSON.parse(sandbox.sent[0]?.body ?? '')).toMatchObject({ requestContext: { condition } });
});

test('a success is reported to the on-success destination', async () => {
  sandbox = new Sandbox();
  await sandbox.deploy(FLAKY);
  sandbox.lambda.configureEventInvoke('test', { onSuccessArn: 'arn:successes' });
  await sandbox.lambda.invokeAsynchronously('test', '{"failures":0}');
  expect(JSON.parse(sandbox.sent[0]?.body ?? '')).toMatchObject({
    requestContext: { condition: 'Success', approximateInvokeCount: 1 },
    responsePayload: 1,
  });
});

test('an event that finds no reserved concurrency waits, and that is no attempt', async () => {
  sandbox = new Sandbox();
  await sandbox.deploy(FLAKY, { reservedConcurrency: 0 });
  await sandbox.lambda.invokeAsynchronously('test', '{"failures":0}');
  await sandbox.scheduler.runUntil(START + 600_000);
  expect(attempts()).toEqual([]);
  await sandbox.deploy(FLAKY, { reservedConcurrency: 1 });
  await sandbox.scheduler.runUntil(START + 700_000);
  expect(attempts()).toHaveLength(1);
});

test('and goes to the dead-letter queue where it waits for too long', async () => {
  sandbox = new Sandbox();
  await sandbox.deploy(FLAKY, { reservedConcurrency: 0, deadLetterArn: 'arn:aws:sqs:eu-central-1:111122223333:dead' });
  await sandbox.lambda.invokeAsynchronously('test', '{"failures":0}');
  await sandbox.scheduler.runUntil(START + 7 * 3_600_000);
  expect(sandbox.sent).toMatchObject([{ arn: 'arn:aws:sqs:eu-central-1:111122223333:dead' }]);
});
