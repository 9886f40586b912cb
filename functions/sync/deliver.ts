import type { Secrets, Sts, Targets } from '../account/ports';
import { prove } from '../account/prove';
import type { RegistryEntry } from '../core/config/registry';
import { HOUR, SECOND } from '../core/duration';
import { KeyturnError, toKeyturnError } from '../core/errors';
import { isTokenTrouble } from '../core/findings/codes/token-rejected';
import type { Finding } from '../core/findings/findings';
import { type TargetConfig, targetName } from '../core/hosts/target';
import type { Credential } from '../core/key/credential';
import { datedTag } from '../core/key/dated-tag';
import { type DeliveryMark, marksOn } from '../core/key/delivery-mark';
import { currentVersion, deliveredLabel, type SecretState } from '../core/key/secret-state';
import { planDelivery } from '../core/lifecycle/plan-delivery';
import type { Delivery } from '../core/lifecycle/steps';
import { TAG } from '../core/names';
import type { Run } from '../runtime/run';

interface DeliverPorts {
  readonly sts: Sts;
  readonly secrets: Secrets;
  readonly targets: Targets;
}

/** A key that was proved when it was made; only a hiccup of STS is waited for. */
const PROOF_PATIENCE = 10 * SECOND;
/** A delivery that is complete this long after the key was made is late, and the overlap counts from it. */
const LATE_AFTER = HOUR;
/** How often AWSCURRENT may change under a delivery before it is left to the next run. */
const MOST_ROUNDS = 3;

/**
 * Delivers one managed key (docs/design/architecture.md, "Delivery, step by step").
 *
 * @param seen the secret as it is now
 */
export async function deliver(ports: DeliverPorts, run: Run, entry: RegistryEntry, seen: SecretState): Promise<void> {
  const { name } = seen;
  let secret = seen;
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    if (await deliverOnce(ports, run, entry, secret)) return;
    run.log.warn('another version became current or was marked during a delivery; the current one follows', {
      key: entry.id,
    });
    await distrustMark(ports, run, entry, name);
    secret = await ports.secrets.describe(name);
  }
}

/** @returns whether that is all for now; not when another version became current or was marked meanwhile */
async function deliverOnce(ports: DeliverPorts, run: Run, entry: RegistryEntry, secret: SecretState): Promise<boolean> {
  const { name } = secret;
  const { removeFirst, deliver: step, removeAfter } = planDelivery({ entry, secret, now: run.now() });
  await removeMarks(ports, run, entry, name, removeFirst);
  if (step !== undefined) {
    const complete = await toEveryTarget(ports, run, entry, secret, step);
    if (complete && step.conclusive) {
      if (!(await mark(ports, run, entry, name, step))) return false;
    } else {
      const isStillCurrent = await isCurrent(ports, name, step);
      if (isStillCurrent && complete) {
        run.log.info('delivered; a later run delivers once more and marks it', { key: entry.id });
      }
      return isStillCurrent;
    }
  }
  await removeMarks(ports, run, entry, name, removeAfter);
  return true;
}

async function isCurrent({ secrets }: DeliverPorts, name: string, { versionId }: Delivery): Promise<boolean> {
  return currentVersion(await secrets.describe(name))?.versionId === versionId;
}

async function removeMarks(
  { secrets }: DeliverPorts,
  run: Run,
  entry: RegistryEntry,
  name: string,
  marks: readonly DeliveryMark[],
): Promise<void> {
  for (const { label, versionId } of marks) {
    await secrets.removeLabel(name, label, versionId);
    run.audit('labels-cleaned', entry, { version: versionId, reason: label });
  }
}

/**
 * Another run may have delivered and marked the current version already, and what this run wrote of another one came
 * after it: the mark proves nothing any more (K1).
 */
async function distrustMark(ports: DeliverPorts, run: Run, entry: RegistryEntry, name: string): Promise<void> {
  const current = currentVersion(await ports.secrets.describe(name));
  if (current !== undefined) await removeMarks(ports, run, entry, name, marksOn(current));
}

async function toEveryTarget(
  { secrets, sts, targets }: DeliverPorts,
  run: Run,
  entry: RegistryEntry,
  { name, arn: secretArn }: SecretState,
  step: Delivery,
): Promise<boolean> {
  const { accessKeyId, versionId: version } = step;
  let credential: Credential;
  try {
    credential = await secrets.read(name, version);
    if (credential.accessKeyId !== accessKeyId || credential.userName !== entry.user) {
      throw new KeyturnError(
        'secret-invalid',
        `Version ${version} of ${name} holds another credential than its ID says. Rotate the key to replace it.`,
      );
    }
    await prove(sts, credential, run.time, PROOF_PATIENCE);
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    run.count('failed');
    run.audit('step-failed', entry, { accessKeyId, version, outcome: 'failed', code: error.code, reason: 'proof' });
    run.find({
      code: 'proof-failed',
      key: entry.id,
      accessKeyId,
      since: step.createdAt,
      facts: { user: entry.user, reason: error.message },
    });
    return false;
  }
  run.audit('key-proved', entry, { accessKeyId, version });
  const results = await Promise.all(
    entry.targets.map((target) => toTarget(targets, run, entry, target, { credential, secretArn }, step)),
  );
  return results.every(Boolean);
}

/** One failing target stops no other. */
async function toTarget(
  targets: Targets,
  run: Run,
  entry: RegistryEntry,
  config: TargetConfig,
  { credential, secretArn }: { readonly credential: Credential; readonly secretArn: string },
  step: Delivery,
): Promise<boolean> {
  const { accessKeyId, versionId: version } = step;
  const about = { accessKeyId, version, target: targetName(config) };
  try {
    const connection = config.connection === undefined ? undefined : entry.connections[config.connection];
    if (config.connection !== undefined && connection === undefined) {
      throw new KeyturnError(
        'invalid-connection',
        `There is no connection "${config.connection}". Deploy the stack again.`,
      );
    }
    const target = await targets.open(config, connection);
    const receipt = await target.deliver(credential, { managedKey: entry.id, secretArn, versionId: version });
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
async function mark(
  ports: DeliverPorts,
  run: Run,
  entry: RegistryEntry,
  name: string,
  step: Delivery,
): Promise<boolean> {
  const { secrets } = ports;
  const { versionId: version, accessKeyId, createdAt, digest, markedBefore, returned } = step;
  // A run that dies after the mark leaves the receipts in the record.
  await run.beforeGiving();
  const now = run.now();
  if (returned || now.getTime() - createdAt.getTime() > LATE_AFTER) {
    if (!(await isCurrent(ports, name, step))) return false;
    await secrets.tag(name, { [TAG.delivered]: datedTag(accessKeyId, now) });
  }
  const label = deliveredLabel(digest);
  try {
    await secrets.moveLabel(name, label, version, markedBefore);
  } catch (thrown) {
    if (toKeyturnError(thrown).code === 'label-moved') return false;
    throw thrown;
  }
  run.audit('version-delivered', entry, { accessKeyId, version, reason: label });
  run.count('delivered');
  return true;
}
