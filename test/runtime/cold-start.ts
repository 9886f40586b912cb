import { onTestFinished, vi } from 'vitest';
import type { Time } from '../../functions/account/ports';
import type { LambdaContext } from '../../functions/runtime/handle';
import { newScene } from '../support/dispose';
import type { Scene } from '../support/scene';
import { SEAL_KEY_ARN } from '../support/seal-key';

/** The functions by their names. */
export const load = {
  rotate: () => import('../../functions/rotate/handler'),
  deactivate: () => import('../../functions/deactivate/handler'),
  delete: () => import('../../functions/delete/handler'),
  sync: () => import('../../functions/sync/handler'),
};

/** What Lambda says of an invocation. */
export const context = (remaining = 900_000): LambdaContext => ({
  awsRequestId: 'request-1',
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:111122223333:function:keyturn',
  getRemainingTimeInMillis: () => remaining,
});

/** The function as Lambda starts it: a fresh module, with the environment of the stack. */
export async function coldStart(scene: Scene, name: keyof typeof load, allowed = new URL(scene.bitbucketUrl).origin) {
  vi.resetModules();
  vi.stubEnv('KEYTURN_TOPIC_ARN', scene.topicArn);
  vi.stubEnv('KEYTURN_RELEASE', '0.0.0+test');
  vi.stubEnv('KEYTURN_STACKS', 'Keyturn');
  vi.stubEnv('KEYTURN_SEAL_KEY', SEAL_KEY_ARN);
  vi.stubEnv('KEYTURN_ALLOWED_ORIGINS', allowed);
  vi.stubEnv('KEYTURN_ROTATE', 'rotate');
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', `keyturn-${name}`);
  const { handler } = await load[name]();
  vi.unstubAllEnvs();
  return handler;
}

/** A scene of today; the credential report is there already, so that no function waits for it. */
export async function now(): Promise<Scene> {
  const scene = await newScene({ start: Date.now() });
  scene.account.invoke(scene.admin, 'iam', 'GenerateCredentialReport', {});
  return scene;
}

const TIME = '../../functions/runtime/time';

/** The same, and functions that start from here to the end of the test live in its time: who sleeps makes it pass. */
export async function inItsTime(): Promise<Scene> {
  const scene = await now();
  const systemTime: Time = {
    now: () => new Date(scene.clock.now()),
    sleep: async (milliseconds) => scene.clock.advanceBy(milliseconds),
  };
  vi.doMock(TIME, () => ({ systemTime }));
  onTestFinished(() => {
    vi.doUnmock(TIME);
    vi.resetModules();
  });
  return scene;
}
