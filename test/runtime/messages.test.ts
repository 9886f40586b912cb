import { expect, it, vi } from 'vitest';
import { TAG } from '../../functions/core/names';
import type { LambdaContext } from '../../functions/runtime/handle';
import type { Scene } from '../support/scene';
import { SEAL_KEY_ARN } from '../support/seal-key';
import { captureOutput } from './captured-output';
import { inItsTime } from './cold-start';

const HOURLY = { source: 'aws.events', 'detail-type': 'Scheduled Event' };

const contextOf = (name: string): LambdaContext => ({
  awsRequestId: `request-${name}`,
  invokedFunctionArn: `arn:aws:lambda:eu-west-1:111122223333:function:Keyturn-KeyRotation${name}-1A2B3C`,
  getRemainingTimeInMillis: () => 900_000,
});

/** The functions with the environment of the stack, as Lambda starts them. */
async function functionsOf(scene: Scene) {
  vi.resetModules();
  vi.stubEnv('KEYTURN_TOPIC_ARN', scene.topicArn);
  vi.stubEnv('KEYTURN_RELEASE', '0.0.0+test');
  vi.stubEnv('KEYTURN_STACKS', 'Keyturn');
  vi.stubEnv('KEYTURN_SEAL_KEY', SEAL_KEY_ARN);
  vi.stubEnv('KEYTURN_ALLOWED_ORIGINS', new URL(scene.bitbucketUrl).origin);
  vi.stubEnv('KEYTURN_ROTATE', 'rotate');
  vi.stubEnv('KEYTURN_RUNBOOKS', 'https://wiki.example.com/keyturn/');
  vi.stubEnv('KEYTURN_TOKEN_EXPIRES_IN_DAYS', '30');
  const { handler: rotate } = await import('../../functions/rotate/handler');
  const { handler: sync } = await import('../../functions/sync/handler');
  vi.unstubAllEnvs();
  captureOutput();
  return {
    rotate: (event: unknown = HOURLY) => rotate(event, contextOf('Rotate')),
    sync: (event: unknown = HOURLY) => sync(event, contextOf('Sync')),
  };
}

it('a message that is published names the key, the state, the place, the command and the runbook of the stack', async () => {
  const scene = await inItsTime();
  scene.addUser('ci-shop');
  const keys = [scene.createKey('ci-shop').AccessKeyId, scene.createKey('ci-shop').AccessKeyId];
  scene.manage('shop');
  const { rotate } = await functionsOf(scene);
  await rotate();
  const [message, ...more] = scene.account.sns.messages;
  expect(more).toEqual([]);
  expect(message?.subject).toBe(
    'Keyturn: shop: two access keys, no room for a fresh one; nothing is broken, 111122223333 eu-west-1',
  );
  const text = message?.message ?? '';
  expect(text.split('\n')[0]).toBe(
    'shop: two access keys, no room for a fresh one. Nothing is broken, but the key is not rotated until one of the ' +
      'two is gone. (Account 111122223333, eu-west-1.)',
  );
  expect(text).toContain('  aws iam list-access-keys --user-name ci-shop\n');
  for (const key of keys) expect(text).toContain(key);
  expect(text).toContain('Runbook: https://wiki.example.com/keyturn/two-keys.md');
  expect(text).toMatch(
    /\nRun request-Rotate of rotate \(Keyturn-KeyRotationRotate-1A2B3C\), account 111122223333, eu-west-1, \d{4}-.*Z$/,
  );
});

it('a repair can be started by the command of the message: it has the name of the function that is deployed', async () => {
  const scene = await inItsTime();
  scene.manage('shop');
  const { rotate, sync } = await functionsOf(scene);
  await rotate();
  scene.bitbucket.revoke(scene.token);
  await sync({ keys: ['shop'] });
  const { subject, message = '' } = scene.account.sns.messages.at(-1) ?? {};
  expect(subject).toContain('shop: the host rejects the token of connection acme; nothing is broken');
  expect(message).toContain('--function-name Keyturn-KeyRotationSync-1A2B3C --payload \'{"keys":["shop"]}\'');
  const [, payload = ''] = /--payload '([^']+)'/.exec(message) ?? [];
  expect(await sync(JSON.parse(payload))).toMatchObject({ examined: 1, failed: 1 });
});

it('the days before the end of a token are those of the stack', async () => {
  const scene = await inItsTime();
  scene.manage('shop');
  scene.account.invoke(scene.admin, 'secretsmanager', 'TagResource', {
    SecretId: 'keyturn/connections/acme',
    Tags: [{ Key: TAG.expires, Value: new Date(Date.now() + 29 * 86_400_000).toISOString().slice(0, 10) }],
  });
  const { sync } = await functionsOf(scene);
  await sync();
  await sync();
  expect(scene.account.sns.messages.map(({ subject }) => subject)).toEqual([
    expect.stringMatching(/^Keyturn: connection acme: the token ends on \d{4}-\d{2}-\d{2}; nothing is broken/),
  ]);
});
