import type { CallerIdentity, Iam, Secrets, Sts } from '../../account/ports';
import { prove } from '../../account/prove';
import type { RegistryEntry } from '../../core/config/registry';
import { MINUTE } from '../../core/duration';
import { KeyturnError, toKeyturnError } from '../../core/errors';
import type { Credential } from '../../core/key/credential';
import { intentTag } from '../../core/key/intent';
import { changedUser, userTags } from '../../core/key/key-user';
import { isToGo } from '../../core/key/replaced';
import { currentKey, withoutFuture } from '../../core/key/secret-state';
import { versionIdOf } from '../../core/key/version-id';
import { daysOverdue } from '../../core/lifecycle/overdue';
import { isAtOnce } from '../../core/lifecycle/rotation-reason';
import { TAG } from '../../core/names';
import { discardKey } from './discard-key';
import type { Doer, Work } from './doer';

interface RotateKeyPorts {
  readonly iam: Iam;
  readonly sts: Sts;
  readonly secrets: Secrets;
}

/** How long a new key may need to work everywhere. IAM promises nothing; seconds are usual. */
const PROOF_PATIENCE = MINUTE;

/**
 * Makes one fresh key current: intent, create, prove, store (docs/design/architecture.md, "Rotation, step by step").
 * Whatever fails, the old key stays current. A new key is deleted at once when it is certain that nobody holds it, and
 * when the record can say so; otherwise a later run decides by what it finds. After a failure the intent stays for its
 * hour, even if this run made nothing: another one may be at work at the same time, whose intent this one has overwritten.
 */
export const rotateKey: Doer<'rotate', RotateKeyPorts> = async ({ reason, dueAt }, work) => {
  const { run, managed } = work;
  const { entry } = managed;
  const overdue = daysOverdue(managed, run.now());
  await writeIntent(reason, work);
  // What has leaked, and another user's first key, waits for nothing.
  if (entry.replacedBy !== undefined && !isAtOnce(reason)) await notReplacedMeanwhile(work);
  const credential = await create(reason, work);
  const { accessKeyId } = credential;
  const identity = await proveFresh(credential, work);
  run.audit('key-proved', entry, { accessKeyId, facts: { arn: identity.arn } });
  const version = await store(credential, identity.accountId, work);
  if (changedUser(managed.secret, entry.user) !== undefined) await rememberUser(work);
  const supersedes = currentKey(managed.secret)?.accessKeyId;
  const facts = { daysOverdue: overdue, dueAt: dueAt?.toISOString(), supersedes };
  run.audit('key-stored', entry, { accessKeyId, version, reason, facts });
  run.count('rotated');
};

async function writeIntent(reason: string, { ports, run, managed, keys = [] }: Work<RotateKeyPorts>): Promise<void> {
  const before = keys.map(({ accessKeyId }) => accessKeyId);
  const { entry, secret } = managed;
  // That the user has changed is written when a key of the new one is stored: until then the current one is the old one's.
  const user: Record<string, string> = changedUser(secret, entry.user) === undefined ? { [TAG.user]: entry.user } : {};
  await ports.secrets.tag(secret.name, {
    [TAG.intent]: intentTag({ at: run.now(), run: run.id, before }),
    ...user,
  });
  run.audit('intent-written', entry, { reason });
  await run.beforeGiving();
}

/** A run may have said since the plan was made that the key goes for good (`replacedNow`). @throws KeyturnError `label-moved` */
async function notReplacedMeanwhile({ ports, run, managed }: Work<RotateKeyPorts>): Promise<void> {
  const { entry, secret: planned } = managed;
  const secret = withoutFuture(await ports.secrets.describe(planned.name), run.now());
  // What the plan knew of is no reason.
  if (!isToGo(entry, secret) || secret.tags[TAG.replaced] === planned.tags[TAG.replaced]) return;
  const message = `The current key of ${planned.name} is being made Inactive for good, as roles have taken over: no new one is made.`;
  throw new KeyturnError('label-moved', message, { retryable: true });
}

async function rememberUser({ ports, run, managed: { entry, secret } }: Work<RotateKeyPorts>): Promise<void> {
  await ports.secrets.tag(secret.name, userTags(secret, entry.user, run.now()));
}

async function create(reason: string, { ports, run, managed: { entry } }: Work<RotateKeyPorts>): Promise<Credential> {
  try {
    const credential = await ports.iam.createAccessKey(entry.user);
    run.audit('key-created', entry, { accessKeyId: credential.accessKeyId, reason });
    return credential;
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    throw error.code === 'key-limit' ? noRoom(entry) : error;
  }
}

async function proveFresh(credential: Credential, work: Work<RotateKeyPorts>): Promise<CallerIdentity> {
  try {
    return await prove(work.ports.sts, credential, work.run.time, PROOF_PATIENCE);
  } catch (thrown) {
    return discarding(credential, toKeyturnError(thrown), work);
  }
}

/** @returns the version ID */
async function store(credential: Credential, accountId: string, work: Work<RotateKeyPorts>): Promise<string> {
  const { secrets } = work.ports;
  const { name } = work.managed.secret;
  const version = versionIdOf(credential);
  try {
    await secrets.store(name, credential, accountId);
    return version;
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    // Even a clear refusal may be that of a repetition: the first try has stored it, and only its answer was lost.
    const { versions } = await secrets.describe(name);
    if (versions.some(({ versionId }) => versionId === version)) return version;
    // A throttled repetition tells nothing about the first try.
    if (!isUncertain(error) && error.code !== 'aws-throttled') return discarding(credential, error, work);
    throw new KeyturnError(
      'aws-uncertain',
      `Secrets Manager did not say whether ${credential.accessKeyId} was stored in ${name}. The old key stays current; ` +
        'a run in an hour or later keeps or deletes the new one.',
      { retryable: true },
    );
  }
}

/** Deletes the fresh key, which nobody holds. @throws KeyturnError always: the cause */
async function discarding(
  { accessKeyId }: Credential,
  cause: KeyturnError,
  work: Work<RotateKeyPorts>,
): Promise<never> {
  try {
    await discardKey(accessKeyId, cause.code, work);
  } catch (thrown) {
    const { code, message } = toKeyturnError(thrown);
    work.run.log.warn('a fresh key was not discarded; a later run finds it', { accessKeyId, code, reason: message });
  }
  throw cause;
}

/** Whether what was tried may have happened. */
function isUncertain({ code }: KeyturnError): boolean {
  return code === 'aws-uncertain' || code === 'unexpected';
}

function noRoom({ user }: RegistryEntry): KeyturnError {
  return new KeyturnError(
    'key-limit',
    `User ${user} has two access keys, which is IAM's limit: somebody, or another run, made one while this run was at ` +
      'work. The next run tells the keys apart; a key that was made by hand and that nobody uses has to be deleted by hand.',
  );
}
