import type { Targets } from '../../account/ports';
import { prove } from '../../account/prove';
import type { RegistryEntry } from '../../core/config/registry';
import { HOUR, SECOND } from '../../core/duration';
import { type KeyturnError, toKeyturnError } from '../../core/errors';
import { isTokenTrouble } from '../../core/findings/codes/token-rejected';
import type { Finding } from '../../core/findings/findings';
import { namedConnection, type TargetConfig, targetId, targetName } from '../../core/hosts/target';
import { deliveredRevisionsTag, isRecorded, revisionDigest } from '../../core/key/check-mark';
import type { Credential } from '../../core/key/credential';
import { datedTag } from '../../core/key/dated-tag';
import { countsUnasked, currentAgainSince, deliveryAskedAt, isTorn, mayBeHeld } from '../../core/key/delivery-mark';
import { currentVersion, deliveredLabel, storedVersions } from '../../core/key/secret-state';
import { placeDigest, writtenPlaces, writtenTag } from '../../core/key/written-places';
import type { Delivery } from '../../core/lifecycle/steps';
import { TAG } from '../../core/names';
import { type Neighbours, refuseContested } from './contested';
import type { Doer, Work } from './doer';
import { openTarget } from './open-target';
import {
  isUnidentified,
  keepPlaces,
  recordedIdentity,
  refuseMoved,
  refuseReplaced,
  type SeenPlace,
  unidentified,
} from './place-identity';
import { type ProvePorts, provedVersion } from './prove-version';
import { tellingRestarts } from './telling-restarts';

export interface DeliverPorts extends ProvePorts {
  readonly targets: Targets;
  readonly neighbours: Neighbours;
  /** Whether it goes on with what a run before it has left in the middle, at once. @default - it leaves that to a later one */
  readonly goesOn?: boolean;
  /** Takes the ids of keys whose delivery is left in the middle, and may be gone on with at once. @default - a later run does */
  readonly begun?: Set<string>;
}

/**
 * What came of a delivery: `marked` is complete; `left` to a later run; `halved` is left, and one half of a pair was
 * refused, so that it is tried again within minutes; `overtaken` by another version or run.
 */
export type DeliveryOutcome = 'marked' | 'left' | 'halved' | 'overtaken';

type DeliveryWork = Work<DeliverPorts>;

/** A key that is known everywhere since it was first delivered, or since a minute ago. */
const PROOF_PATIENCE = 10 * SECOND;
/** Stands in the place of a torn pair's date, when the delivery is complete. */
const HEALED = 'healed';
/** A delivery that is complete this long after the key was made is late, and the overlap counts from it. */
const LATE_AFTER = HOUR;

/** Brings a version to every target, and marks it when all of them have confirmed it. */
export const deliverVersion: Doer<'deliver', DeliverPorts, DeliveryOutcome> = async (step, work) => {
  const credential = await proved(step, work);
  const answered = credential === undefined ? [FAILED] : await toEveryTarget(step, work, credential);
  const answers = answered.map(({ answer }) => answer);
  if (answers.includes('delivered'))
    await keepPlaces(
      answered.map(({ place }) => place),
      work,
    );
  const complete = answers.every((answer) => answer === 'delivered');
  if (complete && step.conclusive) {
    const revisions = answered.flatMap(({ revision }) => revision ?? []);
    return (await mark(step, work, revisions)) ? 'marked' : 'overtaken';
  }
  const current = currentVersion(await work.ports.secrets.describe(work.managed.secret.name));
  if (current?.versionId !== step.versionId) return 'overtaken';
  // What was put back may have come after what another run wrote and marked.
  const isHalved = answers.includes('halved');
  if (isHalved) return current.labels.includes(deliveredLabel(step.digest)) ? 'overtaken' : 'halved';
  if (complete) {
    work.run.log.info('delivered; a later run delivers once more and marks it', { key: work.managed.entry.id });
  }
  return 'left';
};

async function isCurrent({ versionId }: Delivery, { ports, managed }: DeliveryWork): Promise<boolean> {
  return currentVersion(await ports.secrets.describe(managed.secret.name))?.versionId === versionId;
}

/** Proved a moment before it is given away (K2). */
function proved(step: Delivery, work: DeliveryWork): Promise<Credential | undefined> {
  const { ports, run } = work;
  return provedVersion(step, work, async (credential) => {
    await prove(ports.sts, credential, run.time, PROOF_PATIENCE);
    return undefined;
  });
}

/** What came of one target. */
interface Answered {
  readonly answer: 'delivered' | 'failed' | 'halved';
  /** Whether the place may hold the credential now. */
  readonly isLeft: boolean;
  /** Where it was delivered to. @default - the target stands by an ID, or was not delivered to */
  readonly place?: SeenPlace | undefined;
  /** Stands for what was written to. @default - the host shows none, or it was not delivered to */
  readonly revision?: string | undefined;
}

const FAILED: Answered = { answer: 'failed', isLeft: false };

/** One failing target stops no other. */
async function toEveryTarget(step: Delivery, work: DeliveryWork, credential: Credential): Promise<readonly Answered[]> {
  const { targets } = work.managed.entry;
  const written = writtenOf(step, work);
  const answered = await Promise.all(
    targets.map(async (target) => ({ target, ...(await toTarget(target, step, work, { credential, written })) })),
  );
  await written.settle(answered.filter(({ isLeft }) => isLeft).map(({ target }) => target));
  return answered;
}

/** What is kept of the places before they are written to, so that no later run takes what they hold for the key before. */
interface Written {
  /** @throws KeyturnError `aws-*` */
  remember(): Promise<void>;
  /** @param left where something may have stayed written */
  settle(left: readonly TargetConfig[]): Promise<void>;
}

/** All targets are kept in one call, and those taken off where nothing has stayed in another. */
function writtenOf(step: Delivery, work: DeliveryWork): Written {
  const { ports, run, managed } = work;
  const { entry, secret } = managed;
  const before = writtenPlaces(secret, step.accessKeyId);
  const fresh = entry.targets.filter((target) => !mayHold(target, step, work));
  let kept: Promise<void> | undefined;
  const keep = (targets: readonly TargetConfig[]) =>
    ports.secrets.tag(
      secret.name,
      writtenTag(step.accessKeyId, [...before, ...targets.map((one) => digestOf(one, work))]),
    );
  return {
    remember: () => {
      kept ??= fresh.length === 0 ? Promise.resolve() : keep(fresh);
      return kept;
    },
    async settle(left) {
      if (kept === undefined || fresh.every((target) => left.includes(target))) return;
      try {
        await keep(fresh.filter((target) => left.includes(target)));
      } catch (thrown) {
        const { code, message } = toKeyturnError(thrown);
        run.log.warn('where nothing stayed written could not be kept', { secret: secret.name, code, reason: message });
      }
    },
  };
}

function digestOf(target: TargetConfig, { managed: { entry } }: DeliveryWork): string {
  return placeDigest(targetId(target, entry.connections));
}

async function toTarget(
  config: TargetConfig,
  step: Delivery,
  work: DeliveryWork,
  { credential, written }: { readonly credential: Credential; readonly written: Written },
): Promise<Answered> {
  const { ports, run } = work;
  let isBegun = false;
  const { entry, secret } = work.managed;
  const { accessKeyId, versionId } = step;
  const about = { accessKeyId, version: versionId, target: targetName(config) };
  try {
    const target = await openTarget(ports.targets, config, entry);
    const place = await refuseReplaced(target, config, work.managed);
    await refuseContested(target, config, { entry, secret }, ports);
    const { storedAt } = credential;
    const stored = { managedKey: entry.id, secretArn: secret.arn, versionId, storedAt };
    const { revision, ...receipt } = await target.deliver(credential, stored, {
      torn: isTorn(secret, step),
      beforeWriting: () => {
        isBegun = true;
        return written.remember();
      },
      canPutBack: (id) => !mayHold(config, step, work) && earlierVersion(id, config, step, work) !== undefined,
      wasConfirmed: (shown) =>
        countsUnasked(secret, step) &&
        isRecorded(secret, step, revisionDigest(targetId(config, entry.connections), shown)),
      goesOn: ports.goesOn,
      askedAt: deliveryAskedAt(secret, step),
      since: currentAgainSince(secret, step),
      read: (id) => earlierCredential(id, config, step, work),
      ended: tellingRestarts(work, about),
    });
    await refuseMoved(target, place, entry, accessKeyId);
    run.audit('target-delivered', entry, { ...about, facts: { ...receipt, identity: recordedIdentity(place) } });
    const { notAgain } = receipt;
    if (notAgain !== undefined) run.find(refusedAgain(notAgain, about, entry));
    if (place !== undefined && isUnidentified(place)) run.find(unidentified(config, work.managed, accessKeyId));
    const shown = revision === undefined ? undefined : revisionDigest(targetId(config, entry.connections), revision);
    return { answer: 'delivered', isLeft: true, place, revision: shown };
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    if (error.code === 'under-way') return leftInTheMiddle(error, about, work);
    run.count('failed');
    const facts = { concerns: error.concerns };
    run.audit('target-failed', entry, { ...about, outcome: 'failed', code: error.code, message: error.message, facts });
    const torn = error.torn || isTorn(secret, step);
    run.find(refusal(error, torn, entry, config, step));
    if (torn) run.repeatSoon();
    if (error.torn) await rememberTorn(step, work);
    return { answer: error.halved ? 'halved' : 'failed', isLeft: isBegun && !error.unchanged };
  }
}

function leftInTheMiddle(
  { message, retryable }: KeyturnError,
  about: object,
  { ports, run, managed }: DeliveryWork,
): Answered {
  run.audit('target-begun', managed.entry, { ...about, message });
  if (retryable) ports.begun?.add(managed.entry.id);
  return { answer: 'failed', isLeft: true };
}

/** Whether a target may hold the key already, so that nobody knows what a place that shows no ID held before. */
function mayHold(target: TargetConfig, step: Delivery, work: DeliveryWork): boolean {
  return step.returned || mayBeHeld(work.managed.secret, step, digestOf(target, work));
}

/** So that no later run says that the key before works, which may find nothing but a refusal. */
async function rememberTorn({ accessKeyId }: Delivery, { ports, run, managed }: DeliveryWork): Promise<void> {
  const { name } = managed.secret;
  try {
    await ports.secrets.tag(name, { [TAG.torn]: datedTag(accessKeyId, run.now()) });
  } catch (thrown) {
    const { code, message } = toKeyturnError(thrown);
    run.log.warn('that a pair is torn could not be kept', { secret: name, code, reason: message });
  }
}

/** @param accessKeyId what the place shows to have held; undefined where it does not */
function earlierVersion(accessKeyId: string | undefined, target: TargetConfig, step: Delivery, work: DeliveryWork) {
  if (accessKeyId === undefined && mayHold(target, step, work)) return undefined;
  const others = storedVersions(work.managed.secret).filter(({ versionId }) => versionId !== step.versionId);
  if (accessKeyId !== undefined) return others.find((other) => other.accessKeyId === accessKeyId);
  return (
    others.find(({ versionId }) => versionId === step.markedBefore) ??
    others.find(({ labels }) => labels.includes('AWSPREVIOUS'))
  );
}

/**
 * What a place held before: the stored credential of the ID that it shows, or the one that was delivered before. It is
 * proved first, because it is about to be given again (K2).
 */
async function earlierCredential(
  accessKeyId: string | undefined,
  target: TargetConfig,
  step: Delivery,
  work: DeliveryWork,
): Promise<Credential | undefined> {
  const { ports, run, managed } = work;
  const { entry, secret } = managed;
  const version = earlierVersion(accessKeyId, target, step, work);
  if (version === undefined) return undefined;
  try {
    const credential = await ports.secrets.read(secret.name, version.versionId);
    await prove(ports.sts, credential, run.time, PROOF_PATIENCE);
    run.audit('key-proved', entry, { accessKeyId: credential.accessKeyId, version: version.versionId });
    return credential;
  } catch (thrown) {
    const { code, message } = toKeyturnError(thrown);
    run.log.warn('an earlier credential cannot be put back', { key: entry.id, code, reason: message });
    return undefined;
  }
}

function refusedAgain(
  reason: string,
  about: { accessKeyId: string; target: string },
  { id: key }: RegistryEntry,
): Finding {
  const { accessKeyId, target } = about;
  return { code: 'request-refused', key, accessKeyId, facts: { is: 'not-again', target, reason } };
}

/** What a person has to look at: the connection's token, or this one delivery. */
function refusal(
  { code: error, message: reason, tornPair }: KeyturnError,
  torn: boolean,
  { id: key, connections }: RegistryEntry,
  config: TargetConfig,
  { accessKeyId, createdAt: since }: Delivery,
): Finding {
  const about = { key, accessKeyId, since };
  const facts = { target: targetName(config), reason };
  const connection = namedConnection(config, connections);
  if (tornPair !== undefined) {
    const token = isTokenTrouble(error) ? connection : undefined;
    return { code: 'torn-pair', ...about, connection: token, facts: { ...facts, error, ...tornPair } };
  }
  if (error === 'place-replaced') return { code: error, ...about, facts };
  if (!isTokenTrouble(error) || connection === undefined) {
    return { code: 'delivery-failed', ...about, facts: { ...facts, error, torn } };
  }
  return { code: 'token-rejected', ...about, connection, facts: { ...facts, error, torn } };
}

/**
 * Marks a version delivered, if no other run has moved the mark since the delivery began: then what this run wrote may
 * have come after what that one wrote, and proves nothing (K1). A late delivery's time is written first, so that the
 * overlap is never counted too short.
 *
 * @returns whether it is marked
 */
async function mark(step: Delivery, work: DeliveryWork, revisions: readonly string[]): Promise<boolean> {
  const { ports, run, managed } = work;
  const { versionId: version, accessKeyId, createdAt, digest, markedBefore, returned, again } = step;
  const { name } = managed.secret;
  // A run that dies after the mark leaves the receipts in the record.
  await run.beforeGiving();
  const now = run.now();
  const isLate = returned || now.getTime() - createdAt.getTime() > LATE_AFTER;
  const tags = {
    ...deliveredRevisionsTag({ accessKeyId, digest, revisions }),
    ...(isLate ? { [again ? TAG.reached : TAG.delivered]: datedTag(accessKeyId, now) } : {}),
  };
  if (Object.keys(tags).length > 0) {
    if (await isCurrent(step, work)) await ports.secrets.tag(name, tags);
    else if (isLate) return false;
  }
  const label = deliveredLabel(digest);
  try {
    await ports.secrets.moveLabel(name, label, version, markedBefore);
  } catch (thrown) {
    if (toKeyturnError(thrown).code === 'label-moved') return false;
    throw thrown;
  }
  if (isTorn(managed.secret, step)) await ports.secrets.tag(name, { [TAG.torn]: HEALED });
  run.audit('version-delivered', managed.entry, { accessKeyId, version, reason: label });
  run.count('delivered');
  return true;
}
