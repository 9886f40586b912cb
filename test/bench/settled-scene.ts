import { targetSetDigest } from '../../functions/core/hosts/target';
import { deliveredLabel } from '../../functions/core/key/secret-state';
import { versionIdOf } from '../../functions/core/key/version-id';
import { secretName } from '../../functions/core/names';
import { Scene } from '../support/scene';

/** An account of many managed keys in the middle of their life: rotated, delivered, nothing due. */
export async function settledScene(keys: number): Promise<Scene> {
  const scene = await new Scene().start();
  for (let index = 0; index < keys; index += 1) {
    const id = `key-${String(index).padStart(5, '0')}`;
    const entry = scene.manage(id);
    const { AccessKey } = scene.account.invoke(scene.admin, 'iam', 'CreateAccessKey', { UserName: entry.user });
    const SecretId = secretName(id);
    const version = versionIdOf({ accessKeyId: AccessKey.AccessKeyId, createdAt: AccessKey.CreateDate });
    scene.account.invoke(scene.admin, 'secretsmanager', 'PutSecretValue', {
      SecretId,
      ClientRequestToken: version,
      SecretString: JSON.stringify({ accessKeyId: AccessKey.AccessKeyId }),
    });
    scene.account.invoke(scene.admin, 'secretsmanager', 'UpdateSecretVersionStage', {
      SecretId,
      VersionStage: deliveredLabel(targetSetDigest(entry.targets, entry.connections)),
      MoveToVersionId: version,
    });
  }
  scene.hours(24 * 30);
  return scene;
}
