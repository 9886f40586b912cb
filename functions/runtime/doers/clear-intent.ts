import type { Secrets } from '../../account/ports';
import { TAG } from '../../core/names';
import type { Doer } from './doer';

export const clearIntent: Doer<'clear-intent', { readonly secrets: Secrets }> = async (_step, work) => {
  const { ports, run, managed } = work;
  await ports.secrets.untag(managed.secret.name, [TAG.intent]);
  run.audit('intent-cleared', managed.entry, { reason: 'stale' });
};
