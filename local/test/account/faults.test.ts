import { CreateAccessKeyCommand, ListAccessKeysCommand } from '@aws-sdk/client-iam';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import type { AwsFault, CallOutcome } from '../../account/wire/server';
import { START, world } from './world';

async function faulty(fault: AwsFault, action: string) {
  const outcomes: CallOutcome[] = [];
  const here = await world({
    fault: (call) => (call.action === action ? fault : undefined),
    onCall: (_call, outcome) => outcomes.push(outcome),
  });
  here.userWithKey('bob');
  const count = () => here.account.iam.accessKeys.of(here.account.iam.users.get('bob')).length;
  return { ...here, outcomes, count };
}

describe('an injected fault', () => {
  it('answers an error in the words of the protocol, and nothing happens', async () => {
    const throttled = { kind: 'error', status: 400, code: 'Throttling', message: 'Rate exceeded' } as const;
    const { iam, count, outcomes, account } = await faulty(throttled, 'CreateAccessKey');
    await expect(iam.send(new CreateAccessKeyCommand({ UserName: 'bob' }))).rejects.toMatchObject({
      name: 'Throttling',
      message: 'Rate exceeded',
      $metadata: { httpStatusCode: 400 },
    });
    expect(count()).toBe(1);
    expect(outcomes).toEqual([{ status: 400, errorCode: 'Throttling', fault: 'error' }]);
    expect(account.trail).toEqual([]);
  });

  it('answers server errors of JSON services with their own status', async () => {
    const down = { kind: 'error', status: 503, code: 'ServiceUnavailable' } as const;
    const { secrets } = await faulty(down, 'GetSecretValue');
    await expect(secrets.send(new GetSecretValueCommand({ SecretId: 'x' }))).rejects.toMatchObject({
      name: 'ServiceUnavailable',
      $metadata: { httpStatusCode: 503 },
    });
  });

  it('cuts the connection before anything happens', async () => {
    const { iam, count, outcomes } = await faulty({ kind: 'drop-before' }, 'CreateAccessKey');
    await expect(iam.send(new CreateAccessKeyCommand({ UserName: 'bob' }))).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    expect(count()).toBe(1);
    expect(outcomes).toEqual([{ status: 0, fault: 'drop-before' }]);
  });

  it('cuts the connection after it has happened', async () => {
    const { iam, count, outcomes } = await faulty({ kind: 'drop-after' }, 'CreateAccessKey');
    await expect(iam.send(new CreateAccessKeyCommand({ UserName: 'bob' }))).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    expect(count()).toBe(2);
    expect(outcomes[0]).toMatchObject({ status: 0, fault: 'drop-after', output: expect.anything() });
  });

  it.each([true, false])('never answers, whether it has happened (%s) or not', async (happened) => {
    const { iam, count, outcomes } = await faulty({ kind: 'unanswered', happened }, 'CreateAccessKey');
    const given = { abortSignal: AbortSignal.timeout(300) };
    await expect(iam.send(new CreateAccessKeyCommand({ UserName: 'bob' }), given)).rejects.toMatchObject({
      name: expect.stringMatching(/Abort|Timeout/),
    });
    expect(count()).toBe(happened ? 2 : 1);
    expect(outcomes[0]).toMatchObject({ status: 0, fault: 'unanswered' });
  });

  it('delays an answer', async () => {
    const { sts } = await faulty({ kind: 'delay', milliseconds: 50 }, 'GetCallerIdentity');
    const start = performance.now();
    await expect(sts.send(new GetCallerIdentityCommand({}))).resolves.toBeDefined();
    expect(performance.now() - start).toBeGreaterThanOrEqual(45);
  });
});

describe('a call', () => {
  it('takes as much of the simulated time as it is told to', async () => {
    const { sts, clock, calls } = await world({ latency: () => 120 });
    await sts.send(new GetCallerIdentityCommand({}));
    await sts.send(new GetCallerIdentityCommand({}));
    expect(clock.now()).toBe(START + 240);
    expect(calls.map((call) => call.at)).toEqual([START + 120, START + 240]);
  });

  it('is told with its principal, and can be refused by a policy evaluator', async () => {
    const { account, clients, calls, userWithKey, iam } = await world({
      authorize: (call) => ({ allowed: call.principal.kind === 'root' || call.service === 'sts' }),
    });
    const { keys } = userWithKey('bob');
    const { iam: asBob, secrets: secretsAsBob } = clients(keys);
    await expect(asBob.send(new CreateAccessKeyCommand({ UserName: 'bob' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('User: arn:aws:iam::111122223333:user/bob is not authorized to perform'),
      $metadata: { httpStatusCode: 403 },
    });
    await expect(secretsAsBob.send(new GetSecretValueCommand({ SecretId: 'x' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      $metadata: { httpStatusCode: 400 },
    });
    await expect(iam.send(new ListAccessKeysCommand({ UserName: 'bob' }))).resolves.toBeDefined();
    expect(calls[0]).toMatchObject({
      service: 'iam',
      action: 'CreateAccessKey',
      input: { UserName: 'bob' },
      principal: { kind: 'user', userName: 'bob', accessKeyId: keys.accessKeyId },
    });
    expect(account.trail).toMatchObject([{ eventName: 'CreateAccessKey', errorCode: 'AccessDenied' }]);
  });

  it('needs no HTTP: a simulation may call the account itself, typed', async () => {
    const { account, events } = await world();
    const { principal } = account.credential(...credentialOf(account.rootSession()));
    account.invoke(principal, 'secretsmanager', 'CreateSecret', { Name: 'acme/shop', SecretString: 'v' });
    const read = account.invoke(principal, 'secretsmanager', 'GetSecretValue', { SecretId: 'acme/shop' });
    expect(read.SecretString).toBe('v');
    expect(read.CreatedDate).toEqual(new Date(START));
    expect(events.map((event) => event['detail-type'])).toEqual([
      'Secret Label Updated',
      'AWS API Call via CloudTrail',
    ]);
    expect(() => account.invoke(principal, 'iam', 'GetUser', { UserName: 'nobody' })).toThrow(
      expect.objectContaining({ code: 'NoSuchEntity', status: 404 }),
    );
  });

  it('to an operation that is not here is refused in the words of its protocol', async () => {
    const { account } = await world();
    const { principal } = account.credential(...credentialOf(account.rootSession()));
    const call = { service: 'iam', action: 'constructor', principal, input: {}, at: START } as const;
    expect(() => account.perform(call)).toThrow(expect.objectContaining({ code: 'UnknownOperationException' }));
  });
});

function credentialOf({ accessKeyId, sessionToken }: { accessKeyId: string; sessionToken?: string }) {
  return [accessKeyId, sessionToken] as const;
}
