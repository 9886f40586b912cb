import type { Secrets, Sts, Targets } from '../account/ports';
import { prove } from '../account/prove';
import type { RegistryEntry } from '../core/config/registry';
import { HOUR, SECOND } from '../core/duration';
import { type ErrorCode, KeyturnError, toKeyturnError } from '../core/errors';
import { type TargetConfig, targetName } from '../core/hosts/target';
import type { Credential } from '../core/key/credential';
import { markRemovals } from '../core/key/delivery-mark';
import { currentVersion, deliveredLabel, type SecretState } from '../core/key/secret-state';
import type { Finding, Step } from '../core/lifecycle/plan';
import { planDelivery } from '../core/lifecycle/plan-delivery';
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

/** Errors whose cure is another token. */
const TOKEN_TROUBLE: Partial<Record<ErrorCode, string>> = {
  'token-rejected': 'the host rejects the token',
  'scope-missing': 'a scope is missing in the token',
};
const TORN = 'Broken now: a pipeline that starts may find half of each key, until the next delivery.';

type DeliverStep = Extract<Step, { do: 'deliver' }>;

/**
 * Delivers one managed key (DESIGN.md, "Delivery, step by step").
 *
 * @param seen the secret as it is now
 */
export async function deliver(ports: DeliverPorts, run: Run, entry: RegistryEntry, seen: SecretState): Promise<void> {
  const { name } = seen;
  let secret = seen;
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const { steps } = planDelivery({ entry, secret, now: run.now() });
    const at = steps.findIndex((step) => step.do === 'deliver');
    const step = steps[at];
    await removeMarks(ports, run, entry, name, step === undefined ? steps : steps.slice(0, at));
    if (step?.do !== 'deliver') return;
    const complete = await toEveryTarget(ports, run, entry, secret, step);
    if (complete && step.conclusive) {
      if (await mark(ports, run, entry, name, step)) {
        return removeMarks(ports, run, entry, name, steps.slice(at + 1));
      }
    } else if (await isCurrent(ports, name, step)) {
      if (complete) run.log.info('delivered; a later run delivers once more and marks it', { key: entry.id });
      return;
    }
    run.log.warn('another version became current or was marked during a delivery; the current one follows', {
      key: entry.id,
    });
    await distrustMark(ports, run, entry, name);
    secret = await ports.secrets.describe(name);
  }
}

async function isCurrent({ secrets }: DeliverPorts, name: string, { versionId }: DeliverStep): Promise<boolean> {
  return currentVersion(await secrets.describe(name))?.versionId === versionId;
}

async function removeMarks(
  { secrets }: DeliverPorts,
  run: Run,
  entry: RegistryEntry,
  name: string,
  steps: readonly Step[],
): Promise<void> {
  for (const step of steps) {
    if (step.do !== 'remove-label') continue;
    await secrets.removeLabel(name, step.label, step.versionId);
    run.audit('labels-cleaned', entry, { version: step.versionId, reason: step.label });
  }
}

/**
 * Another run may have delivered and marked the current version already, and what this run wrote of another one came
 * after it: the mark proves nothing any more (K1).
 */
async function distrustMark(ports: DeliverPorts, run: Run, entry: RegistryEntry, name: string): Promise<void> {
  const current = currentVersion(await ports.secrets.describe(name));
  if (current !== undefined) await removeMarks(ports, run, entry, name, markRemovals(current));
}

async function toEveryTarget(
  { secrets, sts, targets }: DeliverPorts,
  run: Run,
  entry: RegistryEntry,
  { name, arn: secretArn }: SecretState,
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
    await prove(sts, credential, run.time, PROOF_PATIENCE);
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
  step: DeliverStep,
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
    run.find({
      ...causeOf(error, entry, config),
      key: entry.id,
      accessKeyId,
      severity: 'attention',
      since: step.createdAt,
      message:
        `Key "${entry.id}": ${accessKeyId} did not reach ${about.target} (${error.code}). ${error.message} ` +
        'The old key keeps working until it has.',
      ...(error.torn ? { brokenNow: TORN } : {}),
    });
    return false;
  }
}

/** What a person has to look at: the connection's token, or this one delivery. */
function causeOf(
  { code }: KeyturnError,
  { connections }: RegistryEntry,
  { connection: name }: TargetConfig,
): Pick<Finding, 'code' | 'what' | 'connection'> {
  const what = TOKEN_TROUBLE[code];
  const secret = name === undefined ? undefined : connections[name]?.secret;
  if (what === undefined || name === undefined || secret === undefined) return { code: 'delivery-failed' };
  return { code: 'token-rejected', what: `${what} of connection ${name}`, connection: { name, secret } };
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
  step: DeliverStep,
): Promise<boolean> {
  const { secrets } = ports;
  const { versionId: version, accessKeyId, createdAt, digest, markedBefore, returned } = step;
  // A run that dies after the mark leaves the receipts in the record.
  await run.beforeGiving();
  const now = run.now();
  if (returned || now.getTime() - createdAt.getTime() > LATE_AFTER) {
    if (!(await isCurrent(ports, name, step))) return false;
    await secrets.tag(name, { [TAG.delivered]: `${accessKeyId} ${now.toISOString()}` });
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
