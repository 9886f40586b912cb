import type { Secrets } from '../../account/ports';
import { toKeyturnError } from '../../core/errors';
import { currentVersion } from '../../core/key/secret-state';
import type { Doer } from './doer';

/** Makes a stored key current. Of two runs that do it at the same time the second one finds it done. */
export const promoteKey: Doer<'promote', { readonly secrets: Secrets }> = async (step, { ports, run, managed }) => {
  const { accessKeyId, versionId: version, from, reason } = step;
  const { entry, secret } = managed;
  run.audit('key-promotion-begun', entry, { accessKeyId, version, reason });
  await run.beforeGiving();
  try {
    await ports.secrets.moveLabel(secret.name, 'AWSCURRENT', version, from);
  } catch (thrown) {
    if (toKeyturnError(thrown).code !== 'label-moved') throw thrown;
    if (currentVersion(await ports.secrets.describe(secret.name))?.versionId !== version) throw thrown;
  }
  run.audit('key-promoted', entry, { accessKeyId, version, reason });
  // What was asked for is no news.
  if (reason === undefined) run.find({ code: 'key-promoted', key: entry.id, accessKeyId, facts: {} });
};
