import type { Secrets, Sts, Targets } from '../../account/ports';
import { prove } from '../../account/prove';
import type { RegistryEntry } from '../../core/config/registry';
import { HOUR, SECOND } from '../../core/duration';
import { KeyturnError, toKeyturnError } from '../../core/errors';
import { isTokenTrouble } from '../../core/findings/codes/token-rejected';
import type { Finding } from '../../core/findings/findings';
import { type TargetConfig, targetName } from '../../core/hosts/target';
import type { Credential } from '../../core/key/credential';
import { datedTag } from '../../core/key/dated-tag';
import { changedUser, isSameUser } from '../../core/key/key-user';
import { currentVersion, deliveredLabel } from '../../core/key/secret-state';
import type { Delivery } from '../../core/lifecycle/steps';
import { TAG } from '../../core/names';
import type { Doer, Work } from './doer';

export interface DeliverPorts {
  readonly sts: Sts;
  readonly secrets: Secrets;
  readonly targets: Targets;
}

/** What came of a delivery: `marked` is complete; `left` to a later run; `overtaken` by another version or run. */
export type DeliveryOutcome = 'marked' | 'left' | 'overtaken';

type DeliveryWork = Work<DeliverPorts>;

/** A key that was proved when it was made; only a hiccup of STS is waited for. */
const PROOF_PATIENCE = 10 * SECOND;
/** A delivery that is complete this long after the key was made is late, and the overlap counts from it. */
const LATE_AFTER = HOUR;

/** Brings a version to every target, and marks it when all of them have confirmed it. */
export const deliverVersion: Doer<'deliver', DeliverPorts, DeliveryOutcome> = async (step, work) => {
  const credential = await proved(step, work);
  const complete = credential !== undefined && (await toEveryTarget(step, work, credential));
  if (complete && step.conclusive) return (await mark(step, work)) ? 'marked' : 'overtaken';
  if (!(await isCurrent(step, work))) return 'overtaken';
  if (complete) {
    work.run.log.info('delivered; a later run delivers once more and marks it', { key: work.managed.entry.id });
  }
  return 'left';
};

async function isCurrent({ versionId }: Delivery, { ports, managed }: DeliveryWork): Promise<boolean> {
  return currentVersion(await ports.secrets.describe(managed.secret.name))?.versionId === versionId;
}

/** The credential of the version, when it authenticates as its own user now (K2). */
async function proved(step: Delivery, { ports, run, managed }: DeliveryWork): Promise<Credential | undefined> {
  const { accessKeyId, versionId: version, createdAt: since } = step;
  const { entry, secret } = managed;
  try {
    const credential = await ports.secrets.read(secret.name, version);
    if (isSameUser(credential.userName, changedUser(secret, entry.user) ?? '')) {
      // Nothing is wrong with it, but it is not for today's targets: the first key of the present user follows.
      run.log.info('not delivered: the key is of the user before', { key: entry.id, accessKeyId });
      return undefined;
    }
    if (credential.accessKeyId !== accessKeyId || !isSameUser(credential.userName, entry.user)) {
      throw new KeyturnError(
        'secret-invalid',
        `Version ${version} of ${secret.name} holds another credential than its ID says. Rotate the key to replace it.`,
      );
    }
    await prove(ports.sts, credential, run.time, PROOF_PATIENCE);
    run.audit('key-proved', entry, { accessKeyId, version });
    return credential;
  } catch (thrown) {
    const { code, message: reason } = toKeyturnError(thrown);
    run.count('failed');
    run.audit('step-failed', entry, { accessKeyId, version, outcome: 'failed', code, reason: 'proof' });
    run.find({ code: 'proof-failed', key: entry.id, accessKeyId, since, facts: { user: entry.user, reason } });
    return undefined;
  }
}

/** One failing target stops no other. @returns whether all have it */
async function toEveryTarget(step: Delivery, work: DeliveryWork, credential: Credential): Promise<boolean> {
  const { targets } = work.managed.entry;
  const results = await Promise.all(targets.map((target) => toTarget(target, step, work, credential)));
  return results.every(Boolean);
}

async function toTarget(
  config: TargetConfig,
  step: Delivery,
  { ports, run, managed: { entry, secret } }: DeliveryWork,
  credential: Credential,
): Promise<boolean> {
  const { accessKeyId, versionId } = step;
  const about = { accessKeyId, version: versionId, target: targetName(config) };
  try {
    const { connection: name } = config;
    const connection = name === undefined ? undefined : entry.connections[name];
    if (name !== undefined && connection === undefined) {
      throw new KeyturnError('invalid-connection', `There is no connection "${name}". Deploy the stack again.`);
    }
    const target = await ports.targets.open(config, connection);
    const receipt = await target.deliver(credential, { managedKey: entry.id, secretArn: secret.arn, versionId });
    run.audit('target-delivered', entry, { ...about, facts: { ...receipt } });
    return true;
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    run.count('failed');
    run.audit('target-failed', entry, { ...about, outcome: 'failed', code: error.code, message: error.message });
    run.find(refusal(error, entry, config, step));
    return false;
  }
}

/** What a person has to look at: the connection's token, or this one delivery. */
function refusal(
  { code: error, message: reason, torn }: KeyturnError,
  { id: key, connections }: RegistryEntry,
  config: TargetConfig,
  { accessKeyId, createdAt: since }: Delivery,
): Finding {
  const { connection: name } = config;
  const about = { key, accessKeyId, since };
  const facts = { target: targetName(config), reason, torn };
  const secret = name === undefined ? undefined : connections[name]?.secret;
  if (!isTokenTrouble(error) || name === undefined || secret === undefined) {
    return { code: 'delivery-failed', ...about, facts: { ...facts, error } };
  }
  return { code: 'token-rejected', ...about, connection: { name, secret }, facts: { ...facts, error } };
}

/**
 * Marks a version delivered, if no other run has moved the mark since the delivery began: then what this run wrote may
 * have come after what that one wrote, and proves nothing (K1). A late delivery's time is written first, so that the
 * overlap is never counted too short.
 *
 * @returns whether it is marked
 */
async function mark(step: Delivery, work: DeliveryWork): Promise<boolean> {
  const { ports, run, managed } = work;
  const { versionId: version, accessKeyId, createdAt, digest, markedBefore, returned } = step;
  const { name } = managed.secret;
  // A run that dies after the mark leaves the receipts in the record.
  await run.beforeGiving();
  const now = run.now();
  if (returned || now.getTime() - createdAt.getTime() > LATE_AFTER) {
    if (!(await isCurrent(step, work))) return false;
    await ports.secrets.tag(name, { [TAG.delivered]: datedTag(accessKeyId, now) });
  }
  const label = deliveredLabel(digest);
  try {
    await ports.secrets.moveLabel(name, label, version, markedBefore);
  } catch (thrown) {
    if (toKeyturnError(thrown).code === 'label-moved') return false;
    throw thrown;
  }
  run.audit('version-delivered', managed.entry, { accessKeyId, version, reason: label });
  run.count('delivered');
  return true;
}
