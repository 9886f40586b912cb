import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import type { FunctionAnswer } from '../../account/lambda';
import { world } from './world';

const ECHO = 'arn:aws:lambda:eu-west-1:111122223333:function:echo';

/** An account with the function `echo`, and a client that invokes by name. */
async function accountWith(answer: (payload: string) => FunctionAnswer, options: Parameters<typeof world>[0] = {}) {
  const { account, server, calls } = await world(options);
  account.lambda.connect({
    has: (name) => name === ECHO || name === 'echo',
    invoke: async (_name, payload) => answer(payload),
  });
  const credentials = account.rootSession();
  const client = new LambdaClient({ endpoint: server.url, region: account.region, credentials, maxAttempts: 1 });
  const invoke = async (FunctionName: string, payload = '{"a":1}') => {
    const { Payload, ...rest } = await client.send(new InvokeCommand({ FunctionName, Payload: Buffer.from(payload) }));
    return { ...rest, text: Payload?.transformToString() };
  };
  return { invoke, account, calls };
}

describe('Invoke', () => {
  it.each([ECHO, 'echo'])('calls a function by %s and waits for its answer', async (name) => {
    const { invoke, account, calls } = await accountWith((payload) => ({ payload: `{"got":${payload}}` }));

    const answer = await invoke(name);

    expect(answer).toMatchObject({ StatusCode: 200, text: '{"got":{"a":1}}' });
    expect(answer).not.toHaveProperty('FunctionError');
    expect(calls).toMatchObject([{ service: 'lambda', action: 'Invoke', input: { FunctionName: name } }]);
    // A data event.
    expect(account.trail).toEqual([]);
  });

  it('says that the function failed', async () => {
    const { invoke } = await accountWith(() => ({ payload: '{"errorType":"Error"}', functionError: 'Unhandled' }));

    expect(await invoke('echo')).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
  });

  it('does not know other functions', async () => {
    const { invoke } = await accountWith((payload) => ({ payload }));

    await expect(invoke('other')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      $metadata: { httpStatusCode: 404 },
    });
  });

  it('is throttled, and refused', async () => {
    const throttled = { kind: 'error', status: 429, code: 'TooManyRequestsException' } as const;
    const { invoke } = await accountWith((payload) => ({ payload }), { fault: () => throttled });
    await expect(invoke('echo')).rejects.toMatchObject({ name: 'TooManyRequestsException' });

    const closed = await accountWith((payload) => ({ payload }), { authorize: () => ({ allowed: false }) });
    await expect(closed.invoke('echo')).rejects.toMatchObject({
      name: 'AccessDeniedException',
      $metadata: { httpStatusCode: 403 },
    });
  });

  it('has an answer that gets lost', async () => {
    const { invoke } = await accountWith((payload) => ({ payload }), { fault: () => ({ kind: 'drop-after' }) });

    await expect(invoke('echo')).rejects.toThrow();
  });
});
