import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { expectLogin } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Scene } from '../support/scene';

const NAME = 'shop-deploy';
export const ROLE = `arn:aws:iam::111122223333:role/${NAME}`;
const replacedBy = { roles: [ROLE], idleFor: 30 };

/** A delivered key whose entry names a role, which is there and was never taken. */
export async function replaceable(): Promise<Scene> {
  const scene = await newScene();
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: '*' }] };
  scene.account.invoke(scene.admin, 'iam', 'CreateRole', {
    RoleName: NAME,
    AssumeRolePolicyDocument: JSON.stringify(trust),
  });
  scene.manage('shop', { replacedBy });
  await scene.rotate();
  await scene.sync();
  await expectLogin(scene);
  return scene;
}

/** A pipeline takes the role and calls AWS with it. */
export async function takeRole(scene: Scene): Promise<void> {
  const client = new STSClient({ credentials: scene.account.roleSession(ROLE, 'step'), maxAttempts: 1 });
  await client.send(new GetCallerIdentityCommand({}));
  client.destroy();
}
