import type { Secrets } from '../../account/ports';
import { datedTag, readDatedTag, readDatedTags } from '../../core/key/dated-tag';
import { formerUsersTag } from '../../core/key/key-user';
import { isReplaced } from '../../core/key/replaced';
import { TAG } from '../../core/names';
import type { Doer, Work } from './doer';

interface RecordPorts {
  readonly secrets: Secrets;
}

export const recordHold: Doer<'record-hold', RecordPorts> = async ({ accessKeyId }, work) => {
  await tagNow(TAG.held, accessKeyId, work);
  work.run.audit('hold-recorded', work.managed.entry, { accessKeyId, outcome: 'held' });
};

export const recordReactivation: Doer<'record-reactivation', RecordPorts> = async ({ accessKeyId }, work) => {
  await tagNow(TAG.reactivated, accessKeyId, work);
  work.run.audit('reactivation-recorded', work.managed.entry, { accessKeyId });
};

export const recordInactive: Doer<'record-inactive', RecordPorts> = async ({ accessKeyId }, work) => {
  await tagNow(TAG.deactivated, accessKeyId, work);
  work.run.audit('inactive-recorded', work.managed.entry, { accessKeyId });
};

export const recordDrift: Doer<'record-drift', RecordPorts> = async ({ accessKeyId }, work) => {
  await tagNow(TAG.drifted, accessKeyId, work);
  work.run.audit('drift-recorded', work.managed.entry, { accessKeyId, outcome: 'held' });
};

export const recordTakeOver: Doer<'record-take-over', RecordPorts> = async (
  { from, tags },
  { ports, run, managed },
) => {
  await ports.secrets.tag(managed.secret.name, tags);
  run.audit('take-over-recorded', managed.entry, { facts: { from } });
};

export const recordFormerUsers: Doer<'record-former-users', RecordPorts> = async ({ do: reason, users }, work) => {
  const { ports, run, managed } = work;
  const { name } = managed.secret;
  if (users.length === 0) await ports.secrets.untag(name, [TAG.formerUsers]);
  else await ports.secrets.tag(name, { [TAG.formerUsers]: formerUsersTag(users) });
  run.audit('labels-cleaned', managed.entry, { reason });
};

export const clearRecord: Doer<'clear-record', RecordPorts> = async (step, work) => {
  await forgetRetirement(work);
  work.run.audit('labels-cleaned', work.managed.entry, { reason: step.do });
};

/** Writes a dated tag about an access key. */
export async function tagNow(
  tag: string,
  accessKeyId: string,
  { ports, run, managed }: Work<RecordPorts>,
): Promise<void> {
  await ports.secrets.tag(managed.secret.name, { [tag]: datedTag(accessKeyId, run.now()) });
}

/** What the tags say of a key's retirement is over with the key; what they say of another one is not. */
export async function forgetRetirement({ ports, managed: { entry, secret }, keys }: Work<RecordPorts>): Promise<void> {
  const gone = readDatedTag(secret.tags[TAG.deactivated])?.accessKeyId;
  const isThere = (id: string) => id !== gone && keys?.every(({ accessKeyId }) => accessKeyId !== id) !== true;
  const ofIt = [TAG.compromised, TAG.disableFirst, TAG.withdrawn].filter((tag) => {
    const named = readDatedTags(secret.tags[tag]).map(({ accessKeyId }) => accessKeyId);
    // What one tag says of several leaked keys goes with the last of them.
    return named.some((id) => id === gone) && !named.some(isThere);
  });
  // Of a key that is gone for good it is what says so.
  const isForGood = isReplaced(entry, secret);
  await ports.secrets.untag(secret.name, [...(isForGood ? [] : [TAG.deactivated, TAG.reactivated]), TAG.held, ...ofIt]);
}
