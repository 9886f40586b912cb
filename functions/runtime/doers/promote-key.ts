import type { Secrets } from '../../account/ports';
import type { Doer } from './doer';

export const promoteKey: Doer<'promote', { readonly secrets: Secrets }> = async (step, { ports, run, managed }) => {
  const { accessKeyId, versionId: version, from } = step;
  const { entry, secret } = managed;
  run.audit('key-promotion-begun', entry, { accessKeyId, version });
  await run.beforeGiving();
  await ports.secrets.moveLabel(secret.name, 'AWSCURRENT', version, from);
  run.audit('key-promoted', entry, { accessKeyId, version });
  run.find({ code: 'key-promoted', key: entry.id, accessKeyId, facts: {} });
};
