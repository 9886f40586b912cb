import type { RegistryEntry } from '../config/registry';
import { targetSetDigest } from '../hosts/target';
import type { AccessKey, LastUsed } from '../key/access-key';
import { checkTags } from '../key/check-mark';
import { datedTag } from '../key/dated-tag';
import { intentTag } from '../key/intent';
import { isRecordTaken } from '../key/key-ring';
import { userTags } from '../key/key-user';
import { isReplaced, type RoleUses } from '../key/replaced';
import { currentKey, deliveredLabel, type SecretState } from '../key/secret-state';
import { versionIdOf } from '../key/version-id';
import type { Managed } from '../lifecycle/managed';
import type { Step } from '../lifecycle/steps';
import { TAG } from '../names';

/** One managed key as it would be on a day to come. Nothing of it is anywhere but here. */
export interface ImaginedKey extends Managed {
  /** What IAM would list for the user. */
  readonly keys: readonly AccessKey[];
  readonly lastUsed: ReadonlyMap<string, LastUsed>;
  /** When the roles that are to replace it were last used. @default - there are none, or IAM does not say */
  readonly roleUses?: RoleUses;
}

/** A key as one step of a plan would leave it, if the step succeeds. */
export function imagine<Name extends Step['do']>(
  key: ImaginedKey,
  step: Extract<Step, { readonly do: Name }>,
  at: Date,
): ImaginedKey {
  const outcome: Outcome<Name> = OUTCOMES[step.do as Name];
  const next = outcome(step, key, at);
  return { ...next, secret: { ...next.secret, changedAt: at } };
}

/** A key as the daily look at its places leaves it, when they hold what was delivered. */
export function looked(key: ImaginedKey, accessKeyId: string, at: Date): ImaginedKey {
  const mark = { accessKeyId, digest: digestOf(key.entry), revisions: [] };
  return tagged(key, checkTags(mark, at));
}

function digestOf({ targets, connections }: RegistryEntry): string {
  return targetSetDigest(targets, connections);
}

type Outcome<Name extends Step['do']> = (
  step: Extract<Step, { readonly do: Name }>,
  key: ImaginedKey,
  at: Date,
) => ImaginedKey;

/** What each step leaves behind: one without an outcome does not compile. */
const OUTCOMES: { readonly [Name in Step['do']]: Outcome<Name> } = {
  'discard-orphan': ({ accessKeyId }, key) => without(key, accessKeyId),
  'clear-intent': (_step, key) => untagged(key, [TAG.intent]),
  rotate: (_step, key, at) => rotated(key, at),
  reactivate: ({ accessKeyId }, key, at) => {
    const keys = key.keys.map((each) =>
      each.accessKeyId === accessKeyId ? { ...each, status: 'Active' as const } : each,
    );
    return recorded({ ...key, keys }, TAG.reactivated, accessKeyId, at);
  },
  promote: ({ versionId }, key) => ({ ...key, secret: current(key.secret, versionId) }),
  deactivate: ({ accessKeyId, reason }, key, at) => {
    const keys = key.keys.map((each) =>
      each.accessKeyId === accessKeyId ? { ...each, status: 'Inactive' as const } : each,
    );
    const next = reason === 'replaced' ? recorded({ ...key, keys }, TAG.replaced, accessKeyId, at) : { ...key, keys };
    return isRecordTaken(key.secret, key.keys, accessKeyId) ? next : recorded(next, TAG.deactivated, accessKeyId, at);
  },
  'record-hold': ({ accessKeyId }, key, at) => recorded(key, TAG.held, accessKeyId, at),
  'record-reactivation': ({ accessKeyId }, key, at) => recorded(key, TAG.reactivated, accessKeyId, at),
  'record-inactive': ({ accessKeyId }, key, at) => recorded(key, TAG.deactivated, accessKeyId, at),
  'record-take-over': ({ tags }, key) => tagged(key, tags),
  'record-former-users': (_step, key) => key,
  'clear-record': (_step, key) => retired(key),
  delete: ({ accessKeyId }, key) =>
    isReplaced(key.entry, key.secret) ? without(key, accessKeyId) : retired(without(key, accessKeyId)),
  deliver: ({ digest, versionId, accessKeyId, returned, again }, key, at) => {
    const secret = { ...key.secret, versions: labelled(key.secret, deliveredLabel(digest), versionId) };
    const tag = again ? TAG.reached : TAG.delivered;
    return returned ? recorded({ ...key, secret }, tag, accessKeyId, at) : { ...key, secret };
  },
  check: ({ accessKeyId }, key, at) => looked(key, accessKeyId, at),
  'record-drift': ({ accessKeyId }, key, at) => recorded(key, TAG.drifted, accessKeyId, at),
  'remove-label': ({ label }, key) => ({
    ...key,
    secret: { ...key.secret, versions: labelled(key.secret, label, undefined) },
  }),
};

/** A fresh key, current. Whoever used the one before does so until now. */
function rotated(key: ImaginedKey, at: Date): ImaginedKey {
  const createdAt = new Date(Math.floor(at.getTime() / 1000) * 1000);
  const made: AccessKey = { accessKeyId: madeUpId(createdAt), status: 'Active', createdAt };
  const before = key.keys.map(({ accessKeyId }) => accessKeyId);
  const versionId = versionIdOf(made);
  const versions = [...key.secret.versions, { versionId, labels: [] }];
  const tags = {
    [TAG.intent]: intentTag({ at, run: 'forecast', before }),
    ...userTags(key.secret, key.entry.user, at),
  };
  const old = currentKey(key.secret)?.accessKeyId ?? '';
  const lastUsed = new Map([...key.lastUsed, [made.accessKeyId, { at: undefined }] as const]);
  if (lastUsed.get(old)?.at !== undefined || isMadeUp(old)) lastUsed.set(old, { ...lastUsed.get(old), at });
  const next = tagged({ ...key, keys: [...key.keys, made], lastUsed }, tags);
  return { ...next, secret: { ...current({ ...next.secret, versions }, versionId), takesOver: undefined } };
}

/** A key of no user, in the form of one: 20 characters, which tell when it would be made. */
const MADE_UP = 'FORESEEN';

function madeUpId(createdAt: Date): string {
  return `${MADE_UP}${(createdAt.getTime() / 1000).toString(36).toUpperCase().padStart(12, '0')}`;
}

/** Whether an access key is one that is still to be made. */
export function isMadeUp(accessKeyId: string): boolean {
  return accessKeyId.startsWith(MADE_UP);
}

/** AWSCURRENT moves, and AWSPREVIOUS after it, as in Secrets Manager. */
function current(secret: SecretState, versionId: string): SecretState {
  const before = secret.versions.find(({ labels }) => labels.includes('AWSCURRENT'))?.versionId;
  const moved = { ...secret, versions: labelled(secret, 'AWSCURRENT', versionId) };
  return before === undefined || before === versionId
    ? moved
    : { ...moved, versions: labelled(moved, 'AWSPREVIOUS', before) };
}

/** The versions with a label on one of them and on no other. */
function labelled({ versions }: SecretState, label: string, versionId: string | undefined): SecretState['versions'] {
  return versions.map((version) => {
    const labels = version.labels.filter((other) => other !== label);
    return { ...version, labels: version.versionId === versionId ? [...labels, label] : labels };
  });
}

function without(key: ImaginedKey, accessKeyId: string): ImaginedKey {
  return { ...key, keys: key.keys.filter((each) => each.accessKeyId !== accessKeyId) };
}

function retired(key: ImaginedKey): ImaginedKey {
  return untagged(key, [TAG.deactivated, TAG.reactivated, TAG.held]);
}

function recorded(key: ImaginedKey, tag: string, accessKeyId: string, at: Date): ImaginedKey {
  return tagged(key, { [tag]: datedTag(accessKeyId, at) });
}

function tagged(key: ImaginedKey, tags: Readonly<Record<string, string>>): ImaginedKey {
  return { ...key, secret: { ...key.secret, tags: { ...key.secret.tags, ...tags } } };
}

function untagged(key: ImaginedKey, names: readonly string[]): ImaginedKey {
  const tags = Object.entries(key.secret.tags).filter(([name]) => !names.includes(name));
  return { ...key, secret: { ...key.secret, tags: Object.fromEntries(tags) } };
}
