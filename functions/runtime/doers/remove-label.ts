import type { Secrets } from '../../account/ports';
import type { Doer } from './doer';

export const removeLabel: Doer<'remove-label', { readonly secrets: Secrets }> = async ({ label, versionId }, work) => {
  const { ports, run, managed } = work;
  await ports.secrets.removeLabel(managed.secret.name, label, versionId);
  run.audit('labels-cleaned', managed.entry, { version: versionId, reason: label });
};
