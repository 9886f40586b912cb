import {
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
  type UpdateSecretVersionStageCommandInput,
} from '@aws-sdk/client-secrets-manager';
import { KeyturnError } from '../core/errors';
import type { SecretState } from '../core/key/secret-state';
import { calling } from './failure';
import { describeSecret, SECRET_MISSING } from './secret-reads';

export type LabelMove = Pick<UpdateSecretVersionStageCommandInput, 'MoveToVersionId' | 'RemoveFromVersionId'>;

/**
 * Moves or removes a label. Secrets Manager refuses to take one from a version that does not have it: what the repetition
 * after a lost answer and the slower of two runs get to hear. What they wanted is there, so that is no failure.
 *
 * @throws KeyturnError `label-moved` when another run moved it in the meantime; `aws-*`; `secret-missing`
 */
export async function updateLabel(
  client: SecretsManagerClient,
  name: string,
  label: string,
  versions: LabelMove,
  isDone: (state: SecretState) => boolean,
): Promise<void> {
  try {
    await calling(`secretsmanager:UpdateSecretVersionStage ${label} of ${name}`, SECRET_MISSING, () =>
      client.send(new UpdateSecretVersionStageCommand({ SecretId: name, VersionStage: label, ...versions })),
    );
  } catch (thrown) {
    if (!(thrown instanceof KeyturnError) || thrown.code !== 'aws-rejected') throw thrown;
    const state = await describeSecret(client, name);
    if (isDone(state)) return;
    if (versions.MoveToVersionId === undefined || holderOf(state, label) === versions.RemoveFromVersionId) throw thrown;
    throw new KeyturnError('label-moved', `${label} of ${name} was moved by another run in the meantime.`, {
      retryable: true,
    });
  }
}

export function hasLabel({ versions }: SecretState, version: string, label: string): boolean {
  return versions.some(({ versionId, labels }) => versionId === version && labels.includes(label));
}

function holderOf({ versions }: SecretState, label: string): string | undefined {
  return versions.find(({ labels }) => labels.includes(label))?.versionId;
}
