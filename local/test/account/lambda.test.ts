import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import type { AwsFault } from '../../account/wire/server';
import { world } from './world';

const FunctionName = 'receiver';
const ARN = `arn:aws:lambda:eu-west-1:111122223333:function:${FunctionName}`;

async function lambdaWorld(options: Parameters<typeof world>[0] = {}) {
  const here = await world(options);
  const client = (credentials: ConstructorParameters<typeof LambdaClient>[0] & object = {}) =>
    new LambdaClient({
      endpoint: here.server.url,
      region: here.account.region,
      maxAttempts: 1,
      credentials: here.account.rootSession(),
      ...credentials,
    });
  const lambda = client();
  const invoke = async (input: Partial<ConstructorParameters<typeof InvokeCommand>[0]> = {}, by = lambda) => {
    const { Payload, $metadata, ...output } = await by.send(new InvokeCommand({ FunctionName, ...input }));
    return { ...output, status: $metadata.httpStatusCode, text: Payload?.transformToString() };
  };
  here.account.lambda.standIn(FunctionName, async (payload) => ({ payload: `{"got":${payload}}` }));
  return { ...here, client, invoke };
}

describe('Invoke', () => {
  it('answers what the function gives back, whichever way it is named', async () => {
    const { invoke, account } = await lambdaWorld();
    const answer = { StatusCode: 200, status: 200, ExecutedVersion: '$LATEST', text: '{"got":{"ü":1}}' };
    for (const name of [FunctionName, ARN, `111122223333:function:${FunctionName}`, `${ARN}:$LATEST`]) {
      expect(await invoke({ FunctionName: name, Payload: '{"ü":1}' })).toEqual(answer);
    }
    expect(await invoke({ Qualifier: '$LATEST' })).toMatchObject({ text: '{"got":{}}' });
    expect(account.trail).toEqual([]);
  });

  it('tells a function’s own failure apart from one of the service', async () => {
    const { invoke, account } = await lambdaWorld();
    const payload = '{"errorType":"Error","errorMessage":"no"}';
    account.lambda.standIn(FunctionName, () => ({ payload, functionError: 'Unhandled' }));
    expect(await invoke()).toMatchObject({ status: 200, FunctionError: 'Unhandled', text: payload });
  });

  it('runs nothing when it is dry', async () => {
    const { invoke, account } = await lambdaWorld();
    let runs = 0;
    account.lambda.standIn(FunctionName, () => {
      runs += 1;
      return { payload: 'null' };
    });
    expect(await invoke({ InvocationType: 'DryRun' })).toMatchObject({ StatusCode: 204, text: undefined });
    expect(runs).toBe(0);
  });

  it.each([
    ['an unknown function', { FunctionName: 'nobody' }, 'ResourceNotFoundException', 404, 'function:nobody'],
    ['a version that is not here', { Qualifier: 'live' }, 'ResourceNotFoundException', 404, 'receiver:live'],
    [
      'another region',
      { FunctionName: ARN.replace('eu-west-1', 'us-east-1') },
      'ResourceNotFoundException',
      404,
      'not reachable',
    ],
    ['another account', { FunctionName: ARN.replace('1111', '9999') }, 'AccessDeniedException', 403, 'not authorized'],
    ['no JSON', { Payload: '{' }, 'InvalidRequestContentException', 400, 'parse request body'],
    [
      'too much',
      { Payload: JSON.stringify('x'.repeat(6 * 1_048_576)) },
      'RequestTooLargeException',
      413,
      'smaller than 6291456',
    ],
  ])('refuses %s', async (_what, input, name, httpStatusCode, words) => {
    const { invoke } = await lambdaWorld();
    await expect(invoke(input)).rejects.toMatchObject({
      name,
      message: expect.stringContaining(words),
      $metadata: { httpStatusCode },
    });
  });

  it('asks who may, and refuses what is not signed by a living key', async () => {
    const { client, invoke, userWithKey, account } = await lambdaWorld({
      authorize: ({ principal }) => ({ allowed: principal.kind === 'root' }),
    });
    const { keys, key } = userWithKey('caller');
    await expect(invoke({}, client({ credentials: keys }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('user/caller is not authorized to perform: lambda:InvokeFunction'),
      $metadata: { httpStatusCode: 403 },
    });
    expect(account.iam.accessKeys.lastUse(key)).toMatchObject({ service: 'lambda' });
    const wrong = client({ credentials: { ...keys, secretAccessKey: 'x'.repeat(40) } });
    await expect(invoke({}, wrong)).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    const unknown = client({ credentials: { ...keys, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' } });
    await expect(invoke({}, unknown)).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
  });

  it.each([
    ['with a time to come back', '7', { retryAfter: 7 }],
    ['without one', undefined, {}],
  ])('is throttled by a fault, %s', async (_when, retryAfterSeconds, more) => {
    const fault: AwsFault = { kind: 'error', status: 429, code: 'TooManyRequestsException', ...more };
    const { invoke } = await lambdaWorld({ fault: () => fault });
    await expect(invoke()).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      retryAfterSeconds,
      $metadata: { httpStatusCode: 429 },
    });
  });

  it('may have run although its answer was lost', async () => {
    const { invoke, account } = await lambdaWorld({ fault: () => ({ kind: 'drop-after' }) });
    const got: string[] = [];
    account.lambda.standIn(FunctionName, (payload) => {
      got.push(payload);
      return { payload: 'null' };
    });
    await expect(invoke({ Payload: '1' })).rejects.toThrow();
    expect(got).toEqual(['1']);
  });

  it('may have an alias that is another function, and has no other', async () => {
    const { invoke, account } = await lambdaWorld();
    account.lambda.standIn(`${FunctionName}:live`, () => ({ payload: '"live"' }));
    expect(await invoke({ FunctionName: `${FunctionName}:live` })).toMatchObject({ text: '"live"' });
    await expect(invoke({ Qualifier: 'old' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
