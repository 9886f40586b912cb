import { ListUsersCommand } from '@aws-sdk/client-iam';
import { GetParameterCommand, GetParametersByPathCommand } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { throttling } from '../../account/quotas';
import { world } from './world';

const QUOTAS = [
  { covers: ['iam'], perSecond: 2 },
  { covers: ['ssm:GetParameter', 'ssm:GetParametersByPath'], perSecond: 1, burst: 2 },
];

async function limited() {
  const time = { now: 0 };
  const clients = await world({ fault: throttling(QUOTAS, () => time.now) });
  const outcome = (call: Promise<unknown>) =>
    call.then(
      () => 'done',
      (error: unknown) => (error instanceof Error ? error.name : 'unknown'),
    );
  return {
    time,
    users: () => outcome(clients.iam.send(new ListUsersCommand({}))),
    path: () => outcome(clients.ssm.send(new GetParametersByPathCommand({ Path: '/acme/keys/' }))),
    parameter: () => outcome(clients.ssm.send(new GetParameterCommand({ Name: '/acme/none' }))),
    whoAmI: () => outcome(clients.sts.send(new GetCallerIdentityCommand({}))),
    raw: () => clients.iam.send(new ListUsersCommand({})),
  };
}

describe('quotas', () => {
  it('refuse the call over a quota in the words of the service, and nothing else', async () => {
    const { users, path, whoAmI, raw } = await limited();
    expect([await users(), await users(), await users()]).toEqual(['done', 'done', 'Throttling']);
    await expect(raw()).rejects.toMatchObject({ message: 'Rate exceeded', $metadata: { httpStatusCode: 400 } });
    expect([await path(), await path(), await path()]).toEqual(['done', 'done', 'ThrottlingException']);
    expect(await whoAmI()).toBe('done');
  });

  it('are shared by the operations that they cover together', async () => {
    const { path, parameter } = await limited();
    expect([await path(), await parameter(), await path()]).toEqual([
      'done',
      'ParameterNotFound',
      'ThrottlingException',
    ]);
  });

  it('fill up again with time, and hold no more than their burst', async () => {
    const { time, users } = await limited();
    expect([await users(), await users()]).toEqual(['done', 'done']);
    time.now += 500;
    expect([await users(), await users()]).toEqual(['done', 'Throttling']);
    time.now += 3_600_000;
    expect([await users(), await users(), await users()]).toEqual(['done', 'done', 'Throttling']);
  });
});

describe('real latency', () => {
  it('holds a call back before it is worked on, and lets calls that arrive together wait together', async () => {
    const worked: number[] = [];
    const { sts } = await world({ realLatency: () => 200, onCall: () => worked.push(performance.now()) });
    const start = performance.now();
    await Promise.all([1, 2, 3].map(() => sts.send(new GetCallerIdentityCommand({}))));
    const [first = 0, , third = Number.POSITIVE_INFINITY] = worked;
    expect(first - start).toBeGreaterThan(190);
    // One after the other they would be 400 ms apart.
    expect(third - first).toBeLessThan(200);
  });
});
