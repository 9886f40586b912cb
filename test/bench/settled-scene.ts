import { targetSetDigest } from '../../functions/core/hosts/target';
import { checkTags } from '../../functions/core/key/check-mark';
import { deliveredLabel } from '../../functions/core/key/secret-state';
import { versionIdOf } from '../../functions/core/key/version-id';
import { secretName } from '../../functions/core/names';
import { Scene } from '../support/scene';

/** An account of many managed keys in the middle of their life: rotated, delivered, nothing due. */
export async function settledScene(keys: number): Promise<Scene> {
  const scene = await new Scene().start();
  const settled: { readonly id: string; readonly accessKeyId: string; readonly digest: string }[] = [];
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
    const digest = targetSetDigest(entry.targets, entry.connections);
    settled.push({ id, accessKeyId: AccessKey.AccessKeyId, digest });
    scene.account.invoke(scene.admin, 'secretsmanager', 'UpdateSecretVersionStage', {
      SecretId,
      VersionStage: deliveredLabel(digest),
      MoveToVersionId: version,
    });
  }
  scene.hours(24 * 30);
  // Sync has just looked whether everything is where it was delivered to: such looks are counted apart.
  for (const { id, accessKeyId, digest } of settled) {
    const tags = checkTags({ accessKeyId, digest, revisions: [] }, new Date(scene.clock.now()));
    for (const [name, value] of Object.entries(tags)) scene.setTag(id, name, value);
  }
  return scene;
}
