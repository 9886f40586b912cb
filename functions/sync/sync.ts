import type { Registry, Secrets, Sts, Targets } from '../account/ports';
import { throughRetained } from '../account/retained';
import { survey } from '../account/survey';
import type { RegistryEntry } from '../core/config/registry';
import type { DriftSetting } from '../core/config/settings';
import { after, HOUR, MINUTE } from '../core/duration';
import { type KeyturnError, toKeyturnError } from '../core/errors';
import { failedStep } from '../core/findings/failed-step';
import type { Finding } from '../core/findings/findings';
import { isTorn } from '../core/key/delivery-mark';
import { isReplaced } from '../core/key/replaced';
import { currentKey, currentVersion, type SecretState } from '../core/key/secret-state';
import { systemsOf } from '../core/lifecycle/breaker';
import { wouldBeWorkedOn } from '../core/lifecycle/if-not-gone';
import type { Managed } from '../core/lifecycle/managed';
import { inMode, isObserved, performable } from '../core/lifecycle/observed';
import { byLastLook, planCheck } from '../core/lifecycle/plan-check';
import { deliverySteps, planDelivery } from '../core/lifecycle/plan-delivery';
import type { AboutDrift, Check } from '../core/lifecycle/steps';
import { tokenExpiries } from '../core/lifecycle/token-expiry';
import { secretName } from '../core/names';
import { asDeployed } from '../runtime/as-deployed';
import { isLeakInDoubt, leaksOf } from '../runtime/attested';
import { byTheRecord, isRollbackInDoubt, settled } from '../runtime/by-the-record';
import type { Neighbours } from '../runtime/doers/contested';
import type { DeliverPorts } from '../runtime/doers/deliver-version';
import type { Run } from '../runtime/run';
import { check } from './check';
import { deliver, distrustMark, isKnownEverywhere } from './deliver';
import { failingFast } from './failing-fast';
import { goOn, type Starters, startRotations } from './starts';
import type { SyncRequest } from './trigger';

export interface SyncPorts extends Starters {
  readonly sts: Sts;
  readonly secrets: Secrets;
  readonly registry: Registry;
  readonly targets: Targets;
}

export interface SyncOptions {
  /** What is done about drift. @default 'repair' */
  readonly drift?: DriftSetting;
  /** Days before the known end of a connection's token at which people are told. */
  readonly tokenExpiresInDays: number;
}

/** Each asks two endpoints eight times in a minute. */
const PROOFS_AT_A_TIME = 50;

/** What holds a delivery back does so while the record cannot be read. */
const UNREAD = 'is-held';
/** Each waits for the record most of its time. */
const ASKED_AT_A_TIME = 10;

/** A refusal of one half may pass; the next run may be an hour away. */
const AGAIN_AFTER = MINUTE;
const MOST_AGAIN = 3;

/** A key to be looked at: whether it is where it was delivered to. */
interface Due extends Managed {
  readonly check: Check;
}

/**
 * Brings every current version to its targets that is not marked delivered there, and looks once a day whether what was
 * delivered is still there.
 */
export async function sync(given: SyncPorts, run: Run, request: SyncRequest, options: SyncOptions): Promise<void> {
  const ports = { ...given, secrets: byTheRecord(given.secrets, run, UNREAD) };
  const { ids, unknown } = request;
  if (unknown) run.find({ code: 'unknown-event', facts: {} });
  const managed = ids === undefined ? await everything(ports, run, options) : await pick(ids, ports, run, request);
  const neighbours = neighboursOf(ids === undefined ? managed : undefined, ports.registry, run.now());
  const begun = new Set<string>();
  const delivering = {
    begun,
    ...ports,
    targets: failingFast(ports.targets),
    neighbours,
    goesOn: request.goesOn !== undefined || isOfPerson(request),
  };
  const doubtful = managed.filter((one) => isInDoubt(one, run, request));
  const clear = managed.filter((one) => !doubtful.includes(one));
  if (request.only === 'check') {
    await compare(ports, run, [...clear, ...(await undoubted(run, doubtful))], request);
    return;
  }
  if (ids === undefined) await startRotations(ports, run, clear);
  // Nobody waits for what the record says of another key (K11).
  const first = await bring(delivering, run, clear, request, options);
  const asked = await undoubted(run, doubtful);
  if (ids === undefined) await startRotations(ports, run, asked);
  const last = await bring(delivering, run, asked, request, options);
  const known = new Map([...first.known, ...last.known]);
  let halved: readonly Managed[] = [...first.halved, ...last.halved];
  for (let again = 0; again < MOST_AGAIN && isWorthWaiting(halved, run); again += 1) {
    await run.time.sleep(AGAIN_AFTER);
    const afresh = { ...delivering, targets: failingFast(ports.targets) };
    halved = await deliverAll(afresh, run, halved, { isFresh: false, known, isPutBack: true });
  }
  await distrustMarks(delivering, run, halved);
  await goOn(ports, run, request, [...begun]);
}

/** What was put back for the last time may have come after what another run wrote, and marks now. */
async function distrustMarks(ports: DeliverPorts, run: Run, putBack: readonly Managed[]): Promise<void> {
  if (putBack.length > 0 && run.hasTime(AGAIN_AFTER)) await run.time.sleep(AGAIN_AFTER);
  await run.forEach(putBack, async (managed) => {
    await distrustMark({ ports: withItsSecret(ports, managed), run, managed });
  });
}

type Delivering = SyncPorts & DeliverPorts;

/** Delivers what some keys' targets lack, and looks at the others of them whose time it is. */
async function bring(
  delivering: Delivering,
  run: Run,
  managed: readonly Managed[],
  request: SyncRequest,
  options: SyncOptions,
) {
  const undelivered = managed.filter((one) => {
    const input = { ...one, now: run.now() };
    const { findings, ...plan } = planDelivery(input);
    run.findAll(inMode(input, { steps: [], findings }).findings);
    return plan.deliver !== undefined || plan.removeAfter.length > 0;
  });
  const unseen = checksOf(managed, run, request, options);
  const refused = isOfPerson(request) ? managed.filter(({ entry }) => isObserved(entry)) : [];
  // A look at a target sends the token there, as a delivery does the key.
  const all = [...undelivered, ...unseen, ...refused];
  const deployed = await asDeployed(delivering.secrets, run, [...new Map(all.map(byId)).values()]);
  const wanted = [...new Set([...undelivered, ...refused])].filter(({ entry }) => deployed.has(entry.id));
  const due = wanted.filter((one) => mayBeDelivered(one, run, request));
  const checks = unseen.filter(({ entry }) => deployed.has(entry.id));
  const { ready, known } = await prepared(delivering, run, due);
  // What was listed may be minutes old; what was picked alone is as fresh as it can be.
  const isFresh = request.ids?.length === 1 && known.size === 0;
  // What pipelines wait for goes first.
  const delivered = await deliverAll(delivering, run, startingElsewhere(ready, run.now()), { isFresh, known });
  return { halved: [...delivered, ...(await checkAll(delivering, run, checks))], known };
}

/** Looks whether the targets of some keys hold what was delivered to them; what does not is told, and left so. */
async function compare(ports: SyncPorts, run: Run, managed: readonly Managed[], request: SyncRequest): Promise<void> {
  const due = checksOf(managed, run, request, { drift: 'verify' });
  const deployed = await asDeployed(ports.secrets, run, due);
  const neighbours = neighboursOf(undefined, ports.registry, run.now());
  const checking = { ...ports, targets: failingFast(ports.targets), neighbours };
  await checkAll(
    checking,
    run,
    due.filter(({ entry }) => deployed.has(entry.id)),
  );
}

/** Whether a tag says of the current key that it has leaked, or is taken back. */
function isInDoubt(managed: Managed, run: Run, request: SyncRequest): boolean {
  const { entry, secret } = managed;
  if (isLeakInDoubt(secret, run.now()) || isRollbackInDoubt(secret, run)) return true;
  return isReplaced(entry, secret) && wouldBeWorkedOn(managed, run.now(), isOfPerson(request));
}

/** Such keys, with what the record says of their tags: what has leaked is not delivered, nor what is taken back. */
async function undoubted(run: Run, doubtful: readonly Managed[]): Promise<readonly Managed[]> {
  const known = new Map<string, Managed>();
  await run.forEach(
    doubtful,
    async (one) => {
      const { compromised, doubtful: unread, findings } = await leaksOf(run, one, one.secret);
      // What is not proved is told by the daily runs; here it holds nothing back.
      run.findAll(findings.filter(({ facts }) => facts.is === 'unreadable'));
      const secret = await settled(one.secret, run, UNREAD);
      known.set(one.entry.id, { ...one, secret, compromised: [...compromised, ...unread] });
    },
    ASKED_AT_A_TIME,
  );
  return doubtful.flatMap(({ entry }) => known.get(entry.id) ?? []);
}

/** Whether somebody asks for keys by name. */
function isOfPerson({ trigger, ids }: SyncRequest): boolean {
  return trigger === 'request' && ids !== undefined;
}

/** Tells of a key that is only observed what would be done. */
function mayBeDelivered(managed: Managed, run: Run, request: SyncRequest): boolean {
  const input = { ...managed, now: run.now() };
  const planned = { steps: deliverySteps(planDelivery(input)), findings: [] };
  const { steps, findings } = inMode({ ...input, isAsked: isOfPerson(request) }, planned);
  run.findAll(findings);
  return steps.length > 0;
}

const byId = (managed: Managed) => [managed.entry.id, managed] as const;

interface HowKnown {
  /** The secrets were read just now. */
  readonly isFresh: boolean;
  /** By id, the versions whose keys are known everywhere. */
  readonly known: ReadonlyMap<string, string>;
  /** This run has put halves back since: what another one marked meanwhile is in doubt. @default false */
  readonly isPutBack?: boolean;
}

/** @returns those of which half of a pair was refused */
async function deliverAll(
  ports: DeliverPorts,
  run: Run,
  due: readonly Managed[],
  { isFresh, known, isPutBack = false }: HowKnown,
): Promise<readonly Managed[]> {
  const halved: Managed[] = [];
  await run.forEach(due, async (managed) => {
    const { entry, secret } = managed;
    const own = withItsSecret(ports, managed);
    const read = () => (isPutBack ? distrustMark({ ports: own, run, managed }) : own.secrets.describe(secret.name));
    const present = isFresh ? secret : await read();
    const outcome = await deliver(own, run, { ...managed, secret: present }, known.get(entry.id));
    if (outcome === 'halved') halved.push(managed);
  });
  return halved;
}

/** @returns those that have drifted, and were put right by half only */
async function checkAll(ports: DeliverPorts, run: Run, due: readonly Due[]): Promise<readonly Managed[]> {
  const halved: Managed[] = [];
  await run.forEach(due, async ({ check: step, ...managed }) => {
    if ((await check(withItsSecret(ports, managed), run, managed, step)) === 'halved') halved.push(managed);
  });
  return halved;
}

/** What one key is worked on with: its secret may go on where a retained one left off. */
function withItsSecret<Ports extends { readonly secrets: Secrets }>(ports: Ports, managed: Managed): Ports {
  return { ...ports, secrets: throughRetained(ports.secrets, managed) };
}

/** What was put back is tried again in this run; of what is torn people hear first, and Lambda repeats the run. */
function isWorthWaiting(halved: readonly Managed[], run: Run): boolean {
  return halved.length > 0 && !run.isUrgent && run.hasTime(AGAIN_AFTER);
}

/**
 * Proves the keys that no target has yet, all at the same time: a proof takes a minute, in which it waits.
 *
 * @returns what can be delivered, and by id the versions whose keys are known everywhere
 */
async function prepared(ports: SyncPorts, run: Run, due: readonly Managed[]) {
  const known = new Map<string, string>();
  const fresh = due.flatMap((managed) => {
    const { deliver: step } = planDelivery({ ...managed, now: run.now() });
    return step?.fresh ? [{ ...managed, step }] : [];
  });
  await run.forEach(
    fresh,
    async ({ step, ...managed }) => {
      if (await isKnownEverywhere(step, { ports: withItsSecret(ports, managed), run, managed }))
        known.set(managed.entry.id, step.versionId);
    },
    PROOFS_AT_A_TIME,
  );
  const left = new Set(fresh.map(({ entry }) => entry.id).filter((id) => !known.has(id)));
  return { ready: due.filter(({ entry }) => !left.has(entry.id)), known };
}

/** One run looks at no more than such a part of all keys, because a host takes so many requests an hour. */
const CHECKED_IN_RUNS = 12;
/** A part that no host minds. */
const FEW = 25;

/** Every hour those whose time it is, the longest unseen first; those that a person asks for at once. */
function checksOf(
  managed: readonly Managed[],
  run: Run,
  { trigger }: SyncRequest,
  { drift = 'repair' }: { readonly drift?: AboutDrift },
): readonly Due[] {
  if (trigger === 'event') return [];
  const isAsked = trigger === 'request';
  const due = managed.flatMap((one): Due[] => {
    const step = planCheck({ ...one, now: run.now(), drift, isAsked });
    return step === undefined ? [] : performable(one.entry, [step]).map((check) => ({ ...one, check }));
  });
  due.sort((a, b) => byLastLook(a.check, b.check));
  return isAsked ? due : fairShare(due, managed);
}

/** A host that is dead for days takes the looks at its own keys only, which stay the longest unseen (K11). */
function fairShare(due: readonly Due[], managed: readonly Managed[]): readonly Due[] {
  const most = Math.max(FEW, Math.ceil(managed.length / CHECKED_IN_RUNS));
  const taken = new Map<string, number>();
  return due.filter(({ entry }) => {
    const systems = systemsOf(entry);
    if (systems.some((system) => (taken.get(system) ?? 0) >= most)) return false;
    for (const system of systems) taken.set(system, (taken.get(system) ?? 0) + 1);
    return true;
  });
}

/** All managed keys. The same list shows the connections' secrets, and when their tokens end. */
async function everything(
  ports: SyncPorts,
  run: Run,
  { tokenExpiresInDays: within }: SyncOptions,
): Promise<readonly Managed[]> {
  const seen = await survey(ports, run.deployedBy);
  const managed = run.surveyed(seen);
  const entries = managed.map(({ entry }) => entry);
  run.findAll(tokenExpiries({ entries, secrets: seen.secrets, now: run.now(), within }));
  return managed;
}

/** A registry that one run has read is at hand for those that come soon after it in the same process. */
const LISTING_COUNTS = 10 * MINUTE;
const listings = new WeakMap<Registry, { readonly at: Date; readonly entries: Promise<readonly RegistryEntry[]> }>();

/** What a run of all keys knows anyway; a run for some of them reads it when it has to. */
function neighboursOf(all: readonly Managed[] | undefined, registry: Registry, now: Date): Neighbours {
  if (all !== undefined) {
    const entries = all.map(({ entry }) => entry);
    return { isAtHand: true, list: async () => entries };
  }
  return {
    isAtHand: false,
    list() {
      const known = listings.get(registry);
      if (known !== undefined && now < after(known.at, LISTING_COUNTS)) return known.entries;
      const entries = registry.list().then((listing) => listing.entries);
      listings.set(registry, { at: now, entries });
      entries.catch(() => listings.delete(registry));
      return entries;
    },
  };
}

/**
 * What is torn comes first, before others have used up what its host takes in an hour (K1); then every hour another key,
 * so that no key waits behind the same slow ones for ever (K11).
 */
function startingElsewhere(due: readonly Managed[], now: Date): readonly Managed[] {
  const start = Math.floor(now.getTime() / HOUR) % due.length;
  const turned = [...due.slice(start), ...due.slice(0, start)];
  const tornFirst = ({ secret }: Managed) => {
    const current = currentKey(secret);
    return current !== undefined && isTorn(secret, current) ? 0 : 1;
  };
  return turned.toSorted((a, b) => tornFirst(a) - tornFirst(b));
}

/** The managed keys that an event or a person names. */
async function pick(
  ids: readonly string[],
  { registry, secrets }: SyncPorts,
  run: Run,
  { trigger }: SyncRequest,
): Promise<readonly Managed[]> {
  const managed: Managed[] = [];
  for (const id of new Set(ids)) {
    try {
      const registered = await registry.get(id);
      if (registered === undefined) {
        run.find(
          trigger === 'request'
            ? { code: 'request-refused', key: id, facts: { is: 'no-key' } }
            : { code: 'unmanaged-secret', key: id, facts: { is: 'changed' } },
        );
        continue;
      }
      const secret = await describeThere(secrets, id);
      if (secret === undefined) run.find({ code: 'secret-missing', key: id, facts: { is: 'absent' } });
      else managed.push({ ...registered, secret });
    } catch (thrown) {
      run.count('failed');
      run.find(unusable(id, toKeyturnError(thrown)));
    }
  }
  const whole = trigger === 'request' ? await withTheirPasts(managed, { registry, secrets }, run) : managed;
  run.looksAt(whole);
  return whole;
}

/** What holds no key of its own may go on where a retained secret left off, which only a look at all of them shows. */
async function withTheirPasts(
  picked: readonly Managed[],
  ports: Pick<SyncPorts, 'registry' | 'secrets'>,
  { deployedBy }: Run,
): Promise<readonly Managed[]> {
  if (picked.every(({ secret }) => currentVersion(secret) !== undefined)) return picked;
  const { managed } = await survey(ports, deployedBy);
  return picked.map((one) => managed.find(({ entry }) => entry.id === one.entry.id) ?? one);
}

/** The rights to a secret go with it: AWS denies what is not there. @returns undefined when there is no such secret */
async function describeThere(secrets: Secrets, id: string): Promise<SecretState | undefined> {
  const name = secretName(id);
  try {
    return await secrets.describe(name);
  } catch (thrown) {
    if (toKeyturnError(thrown).code !== 'aws-denied') throw thrown;
    const isThere = (await secrets.list(name)).some((secret) => secret.name === name);
    if (isThere) throw thrown;
    return undefined;
  }
}

function unusable(key: string, error: KeyturnError): Finding {
  const { code, message: reason } = error;
  if (code === 'invalid-entry') return { code, key, error: code, facts: { is: 'unreadable', reason } };
  return failedStep(key, error);
}
