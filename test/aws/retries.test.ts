import { expect, it } from 'vitest';
import { createIam } from '../../functions/aws/iam';
import { createRegistry } from '../../functions/aws/registry';
import { createSecrets } from '../../functions/aws/secrets';
import type { AwsFault } from '../../local/account/wire/server';
import { newScene } from '../support/dispose';

const calls: Record<string, () => Promise<unknown>> = {
  ListAccessKeys: () => createIam().listAccessKeys('ci-shop'),
  DescribeSecret: () => createSecrets().describe('keyturn/shop'),
  GetParametersByPath: () => createRegistry('/keyturn/keys/').list(),
};

it.each(Object.entries(calls))(
  '%s is repeated after a cut connection, five times in all at most',
  async (action, call) => {
    const scene = await newScene();
    scene.manage('shop');
    scene.awsFault = () => ({ kind: 'drop-before' });
    await expect(call()).rejects.toMatchObject({ code: 'aws-uncertain' });
    expect(scene.calls.filter((made) => made.action === action)).toHaveLength(5);
  },
);

it.each([
  { kind: 'drop-before' },
  { kind: 'drop-after' },
  { kind: 'error', status: 500, code: 'InternalFailure' },
  { kind: 'error', status: 400, code: 'Throttling' },
] satisfies AwsFault[])('a call that may be repeated goes on after one %o', async (fault) => {
  const scene = await newScene();
  scene.manage('shop');
  let asked = 0;
  scene.awsFault = () => {
    asked += 1;
    return asked === 1 ? fault : undefined;
  };
  await expect(createIam().listAccessKeys('ci-shop')).resolves.toEqual([]);
  expect(asked).toBe(2);
});

it.each([
  ['a refusal', { kind: 'error', status: 403, code: 'AccessDenied' }, 'aws-denied'],
  ['the quota of two keys', { kind: 'error', status: 409, code: 'LimitExceeded' }, 'key-limit'],
  ['a lost answer', { kind: 'drop-after' }, 'aws-uncertain'],
  ['a failure inside IAM', { kind: 'error', status: 500, code: 'ServiceFailure' }, 'aws-uncertain'],
] satisfies [string, AwsFault, string][])(
  'CreateAccessKey is asked for once after %s (K10)',
  async (_what, fault, code) => {
    const scene = await newScene();
    scene.manage('shop');
    scene.awsFault = () => fault;
    await expect(createIam().createAccessKey('ci-shop')).rejects.toMatchObject({ code });
    expect(scene.calls).toHaveLength(1);
  },
);
