import type { Credential } from '../core/credential';
import { HOUR, SECOND } from '../core/duration';
import { KeyturnError, toKeyturnError } from '../core/errors';
import { DELIVERED_LABEL_PREFIX, TAG } from '../core/names';
import type { Step } from '../core/plan';
import { planDelivery } from '../core/plan-delivery';
import type { Secrets, Sts, Targets } from '../core/ports';
import type { RegistryEntry } from '../core/registry';
import { currentVersion, deliveredLabel, type SecretState } from '../core/secret-state';
import { type TargetConfig, targetName } from '../core/target';
import { prove } from '../runtime/prove';
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

type DeliverStep = Extract<Step, { do: 'deliver' }>;

/** Delivers one managed key (DESIGN.md, "Delivery, step by step"). */
export async function deliver(ports: DeliverPorts, run: Run, entry: RegistryEntry, name: string): Promise<void> {
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const secret = await ports.secrets.describe(name);
    const plan = planDelivery({ entry, secret, now: run.now() });
    for (const step of plan.steps) {
      if (step.do === 'remove-label') {
        await ports.secrets.removeLabel(name, step.label, step.versionId);
        run.audit('labels-cleaned', entry, { version: step.versionId, reason: step.label });
      }
    }
    const step = plan.steps.find((candidate): candidate is DeliverStep => candidate.do === 'deliver');
    if (step === undefined) return;
    const complete = await toEveryTarget(ports, run, entry, name, step);
    const after = await ports.secrets.describe(name);
    if (currentVersion(after)?.versionId === step.versionId) {
      if (complete) await mark(ports, run, entry, after, step);
      return;
    }
    run.log.warn('the current version changed during its delivery; the new one follows', { key: entry.id });
    await distrustMark(ports, run, entry, after);
  }
}

/**
 * Another run may have delivered and marked the new version already, and what this run wrote of the earlier one came
 * after it: the mark proves nothing any more (K1).
 */
async function distrustMark(
  { secrets }: DeliverPorts,
  run: Run,
  entry: RegistryEntry,
  secret: SecretState,
): Promise<void> {
  const { versionId: version = '', labels = [] } = currentVersion(secret) ?? {};
  for (const label of labels.filter((each) => each.startsWith(DELIVERED_LABEL_PREFIX))) {
    await secrets.removeLabel(secret.name, label, version);
    run.audit('labels-cleaned', entry, { version, reason: label });
  }
}

async function toEveryTarget(
  { secrets, sts, targets }: DeliverPorts,
  run: Run,
  entry: RegistryEntry,
  name: string,
  step: DeliverStep,
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
    await prove(sts, credential, run, PROOF_PATIENCE);
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    run.count('failed');
    run.audit('step-failed', entry, { accessKeyId, version, outcome: 'failed', code: error.code, reason: 'proof' });
    run.find({
      code: 'proof-failed',
      key: entry.id,
      accessKeyId,
      severity: 'attention',
      since: step.createdAt,
      message: `Key "${entry.id}": ${accessKeyId} is not delivered, because it did not prove to be ${entry.user}: ${error.message}`,
    });
    return false;
  }
  run.audit('key-proved', entry, { accessKeyId, version });
  const results = await Promise.all(
    entry.targets.map((target) => toTarget(targets, run, entry, target, credential, step)),
  );
  return results.every(Boolean);
}

/** One failing target stops no other. */
async function toTarget(
  targets: Targets,
  run: Run,
  entry: RegistryEntry,
  config: TargetConfig,
  credential: Credential,
  step: DeliverStep,
): Promise<boolean> {
  const { accessKeyId, versionId: version } = step;
  const about = { accessKeyId, version, target: targetName(config) };
  try {
    const connection = entry.connections[config.connection];
    if (connection === undefined) {
      throw new KeyturnError(
        'invalid-connection',
        `There is no connection "${config.connection}". Deploy the stack again.`,
      );
    }
    const target = await targets.open(config, connection);
    const receipt = await target.deliver(credential);
    run.audit('target-delivered', entry, { ...about, facts: { ...receipt } });
    return true;
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    run.count('failed');
    run.audit('target-failed', entry, { ...about, outcome: 'failed', code: error.code, message: error.message });
    run.find({
      code: 'delivery-failed',
      key: entry.id,
      accessKeyId,
      severity: 'attention',
      since: step.createdAt,
      message:
        `Key "${entry.id}": ${accessKeyId} did not reach ${about.target} (${error.code}). ${error.message} ` +
        'The old key keeps working until it has.',
    });
    return false;
  }
}

/** Marks a version delivered. A late delivery's time is written first, so that the overlap is never counted too short. */
async function mark(
  { secrets }: DeliverPorts,
  run: Run,
  entry: RegistryEntry,
  secret: SecretState,
  { versionId: version, accessKeyId, createdAt, digest }: DeliverStep,
): Promise<void> {
  const now = run.now();
  if (now.getTime() - createdAt.getTime() > LATE_AFTER) {
    await secrets.tag(secret.name, { [TAG.delivered]: `${accessKeyId} ${now.toISOString()}` });
  }
  const label = deliveredLabel(digest);
  const holder = secret.versions.find(({ labels }) => labels.includes(label));
  await secrets.moveLabel(secret.name, label, version, holder?.versionId);
  run.audit('version-delivered', entry, { accessKeyId, version, reason: label });
  run.count('delivered');
  for (const step of planDelivery({ entry, secret: withLabel(secret, version, label), now }).steps) {
    if (step.do !== 'remove-label') continue;
    await secrets.removeLabel(secret.name, step.label, step.versionId);
    run.audit('labels-cleaned', entry, { version: step.versionId, reason: step.label });
  }
}

function withLabel(secret: SecretState, version: string, label: string): SecretState {
  const versions = secret.versions.map(({ versionId, labels }) => ({
    versionId,
    labels: versionId === version ? [...labels, label] : labels.filter((other) => other !== label),
  }));
  return { ...secret, versions };
}
