import type { CallerIdentity, Iam, Secrets, Sts } from '../account/ports';
import { prove } from '../account/prove';
import type { RegistryEntry } from '../core/config/registry';
import { MINUTE } from '../core/duration';
import { KeyturnError, toKeyturnError } from '../core/errors';
import type { Credential } from '../core/key/credential';
import { intentTag } from '../core/key/intent';
import { versionIdOf } from '../core/key/version-id';
import { TAG } from '../core/names';
import type { Run } from '../runtime/run';
import { discardKey } from './discard-key';

interface RotateKeyPorts {
  readonly iam: Iam;
  readonly sts: Sts;
  readonly secrets: Secrets;
}

interface RotationFacts {
  /** IDs of the user's present keys. */
  readonly before: readonly string[];
  /** For how many days the rotation has been due, to a tenth; 0 when it is in time. */
  readonly daysOverdue: number;
}

/** How long a new key may need to work everywhere. IAM promises nothing; seconds are usual. */
const PROOF_PATIENCE = MINUTE;

/**
 * Makes one fresh key current: intent, create, prove, store (DESIGN.md, "Rotation, step by step"). Whatever fails, the
 * old key stays current. A new key is deleted at once when it is certain that nobody holds it, and when the record can
 * say so; otherwise a later run decides by what it finds. After a failure the intent stays for its hour, even if this run made nothing:
 * another one may be at work at the same time, whose intent this one has overwritten.
 *
 * @throws KeyturnError when the key was not rotated
 */
export async function rotateKey(
  { iam, sts, secrets }: RotateKeyPorts,
  run: Run,
  entry: RegistryEntry,
  secretName: string,
  reason: string,
  { before, daysOverdue }: RotationFacts,
): Promise<void> {
  await secrets.tag(secretName, { [TAG.intent]: intentTag({ at: run.now(), run: run.id, before }) });
  run.audit('intent-written', entry, { reason });
  await run.beforeGiving();

  let credential: Credential;
  try {
    credential = await iam.createAccessKey(entry.user);
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    throw error.code === 'key-limit' ? noRoom(entry) : error;
  }
  const { accessKeyId } = credential;
  run.audit('key-created', entry, { accessKeyId, reason });

  const discard = async (cause: KeyturnError): Promise<never> => {
    try {
      await discardKey(iam, run, entry, accessKeyId, cause.code);
    } catch (thrown) {
      const { code, message } = toKeyturnError(thrown);
      run.log.warn('a fresh key was not discarded; a later run finds it', { accessKeyId, code, reason: message });
    }
    throw cause;
  };

  let identity: CallerIdentity;
  try {
    identity = await prove(sts, credential, run, PROOF_PATIENCE);
  } catch (thrown) {
    return discard(toKeyturnError(thrown));
  }
  run.audit('key-proved', entry, { accessKeyId, facts: { arn: identity.arn } });

  const version = versionIdOf(credential);
  try {
    await secrets.store(secretName, credential, identity.accountId);
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    // Even a clear refusal may be that of a repetition: the first try has stored it, and only its answer was lost.
    const { versions } = await secrets.describe(secretName);
    if (!versions.some(({ versionId }) => versionId === version)) {
      // A throttled repetition tells nothing about the first try.
      if (!isUncertain(error) && error.code !== 'aws-throttled') return discard(error);
      throw new KeyturnError(
        'aws-uncertain',
        `Secrets Manager did not say whether ${accessKeyId} was stored in ${secretName}. The old key stays current; ` +
          'a run in an hour or later keeps or deletes the new one.',
        { retryable: true },
      );
    }
  }
  run.audit('key-stored', entry, { accessKeyId, version, reason, facts: { daysOverdue } });
  run.count('rotated');
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
