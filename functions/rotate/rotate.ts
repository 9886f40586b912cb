import { creators } from '../account/creators';
import { type MissingReport, readCredentialReport } from '../account/credential-report';
import { type Look, look } from '../account/look';
import type { FunctionStarter, Iam, Registry, Secrets, Sts, Trail } from '../account/ports';
import { type Survey, survey } from '../account/survey';
import type { Exposure, OnExposed } from '../core/config/exposed';
import { MINUTE } from '../core/duration';
import { KeyturnError } from '../core/errors';
import type { Finding } from '../core/findings/findings';
import type { CredentialReport } from '../core/key/access-key';
import { isToGo } from '../core/key/replaced';
import { currentKey, currentVersion } from '../core/key/secret-state';
import { isHeldUp } from '../core/lifecycle/breaker';
import { broughtForward, rotationDueAt, upcomingRotations } from '../core/lifecycle/bring-forward';
import type { Managed } from '../core/lifecycle/managed';
import { inMode, isObserved } from '../core/lifecycle/observed';
import { keysToTrace, planRotation } from '../core/lifecycle/plan-rotation';
import { retirementsEnd } from '../core/lifecycle/rollback';
import type { Plan } from '../core/lifecycle/steps';
import { userSpelling } from '../core/lifecycle/user-spelling';
import { usersPathFindings } from '../core/lifecycle/users-path';
import { worthRotationLook } from '../core/lifecycle/worth-a-look';
import { asDeployed, isAsDeployed } from '../runtime/as-deployed';
import { leaksOf } from '../runtime/attested';
import { byTheRecord, settled, unprovedEnd } from '../runtime/by-the-record';
import { perform } from '../runtime/doers/perform';
import { missedBefore, reportUnavailable } from '../runtime/missing-report';
import type { Run } from '../runtime/run';
import { Admission } from './admission';
import { ArrivalOrder } from './arrival-order';
import { declareExposed, keepSaid } from './exposed';
import { followFormerUsers } from './former-users';
import { findOpenBreakers } from './open-breakers';
import { atThePaceOfAws } from './pace';
import { findQuarantined } from './quarantined';

export interface RotatePorts {
  readonly iam: Iam;
  readonly sts: Sts;
  readonly trail: Trail;
  readonly secrets: Secrets;
  readonly registry: Registry;
  /** Starts deactivate. @default - this deployment takes no events about leaked keys, or only tells of them */
  readonly starter?: FunctionStarter<'deactivate'> | undefined;
}

export interface RotateOptions {
  /** Rotations in this run at most. */
  readonly maxRotations: number;
  /** Path that all managed users, and no others, are under. @default - each is known by its name */
  readonly usersPath?: string | undefined;
  /** Keys that an operator wants rotated now, by id; the others are left alone. */
  readonly requested?: readonly string[];
  /** Keys that are looked at now, by id: what is done for each its secret says. The others are left alone. */
  readonly look?: readonly string[];
  /** Access keys that AWS says have leaked. */
  readonly exposure?: Exposure | undefined;
  /** What is done for those of managed users. @default - the event is refused: nobody has asked for it */
  readonly onExposed?: OnExposed | undefined;
  /** The stack was deployed this very moment. @default false */
  readonly justDeployed?: boolean;
}

/** IAM needs seconds to spread the rights that a deployment has changed. */
const RIGHTS_SPREAD_IN = MINUTE;

/** Rotates every managed key that is due, most overdue first, and today what would be too much for a later day. */
export async function rotate(given: RotatePorts, run: Run, options: RotateOptions): Promise<void> {
  const ports = { ...given, secrets: byTheRecord(given.secrets, run, 'is-not-done') };
  const { requested, look: named = requested, maxRotations } = options;
  if (options.exposure !== undefined) {
    await rotateExposed(ports, run, options, options.exposure);
    return;
  }
  if (options.justDeployed) await run.time.sleep(RIGHTS_SPREAD_IN);
  // Begun first: IAM makes it while the registry and the secrets are read.
  const reading = named === undefined ? readCredentialReport(ports.iam, run.time, run.timeLeft()) : undefined;
  const surveyed = await survey(ports, run.deployedBy);
  const all = run.surveyed(surveyed, maxRotations);
  run.findAll(unmanagedRequests(all, named));
  const open = await findOpenBreakers(run, all);
  if (reading === undefined) {
    const isRequested = requested !== undefined;
    const admission = new Admission({ maxRotations, heldUp: new Set() });
    await work({ ports, run, admission }, askedFor(all, named ?? [], isRequested));
    return;
  }
  const heldUp = new Set(all.flatMap(({ entry }) => (isHeldUp(entry, open) ? [entry.id] : [])));
  const day = { ports, run, admission: new Admission({ maxRotations, heldUp }) };
  const { report, missing } = await reading;
  await followFormerUsers(ports.secrets, run, all, report);
  if (report !== undefined) run.findAll(usersFound(report, surveyed, options));
  const early = broughtForward(upcomingRotations(all, report, heldUp, run.now()), {
    now: run.now(),
    limit: maxRotations,
  });
  const isWorth = (managed: Managed) => early.has(managed.entry.id) || worthRotationLook(managed, report, run.now());
  const worth = all.filter(isWorth).sort(bySooner(report));
  const items = worth.map((managed) => ({ ...managed, broughtForward: early.has(managed.entry.id) }));
  const others = all.filter((managed) => !isWorth(managed));
  if (missing !== undefined) {
    await workWithoutReport(day, items, others, missing);
  } else {
    await work(day, items);
    await asDeployed(ports.secrets, run, others.filter(isUnwatched));
  }
  await findQuarantined(ports.iam, run, surveyed.entries);
}

/** AWS says that keys have leaked: it is written down, and what follows from it is done at once. */
async function rotateExposed(ports: RotatePorts, run: Run, options: RotateOptions, exposure: Exposure): Promise<void> {
  const { maxRotations, onExposed } = options;
  // Else whoever may invoke the function could have a key retired early by an event of their own.
  if (onExposed === undefined) {
    const message =
      'This deployment takes no events about leaked keys. Set exposed: true in the configuration and deploy.';
    throw new KeyturnError('invalid-request', message);
  }
  const surveyed = await survey(ports, run.deployedBy);
  const all = run.surveyed(surveyed, maxRotations);
  const { declared, words, failed } = await declareExposed(ports, run, all, exposure, onExposed);
  const admission = new Admission({ maxRotations, heldUp: new Set() });
  await work({ ports, run, admission }, askedFor(all, declared, false));
  await findQuarantined(ports.iam, run, surveyed.entries);
  await keepSaid(ports, run, words);
  // Lambda repeats the run; what is declared is not declared again.
  if (failed !== undefined) throw failed;
}

/** One run's rotations: what they are done with, and how many there may be. */
interface Day {
  readonly ports: RotatePorts;
  readonly run: Run;
  readonly admission: Admission;
}

/** A managed key that is looked at, and why a rotation of it may be wanted that is not due. */
interface Item extends Managed {
  readonly requested?: boolean;
  readonly broughtForward?: boolean;
  /** Nothing speaks for a look but that the credential report is missing. */
  readonly isUnseen?: boolean;
}

/** Sync looks every day at what is delivered, and at its entry first; whether nothing is to be delivered nobody else would ask. */
function isUnwatched({ entry }: Managed): boolean {
  return entry.targets.length === 0 || isObserved(entry);
}

/** Works on keys in their order. @returns those that it did not get to, by id */
async function work({ ports, run, admission }: Day, items: readonly Item[]): Promise<readonly string[]> {
  const order = new ArrivalOrder();
  const throttled: string[] = [];
  const left = await run.forEach(items, async (item) => {
    const place = order.enter();
    try {
      await retirementsOver(run, item);
      const found = await seen(ports, run, item);
      if (found === undefined) {
        throttled.push(item.entry.id);
        return;
      }
      const { keys, plan, secret } = await planned(ports, run, item, found);
      const isActedOn = plan.steps.length > 0 || isUnwatched(item);
      if (isActedOn && !(await isAsDeployed(ports.secrets, run, item))) return;
      const { steps: all, findings } = inMode({ ...item, secret, keys, now: run.now(), isAsked: item.requested }, plan);
      run.findAll(findings);
      const rotation = all.find((step) => step.do === 'rotate');
      if (rotation !== undefined) await place.turn;
      const admitted = rotation !== undefined && admission.admits(item.entry.id, rotation.reason);
      place.leave();
      const steps = admitted || rotation === undefined ? all : all.slice(0, all.indexOf(rotation));
      await perform(steps, { ports, run, managed: { ...item, secret }, keys });
    } finally {
      place.leave();
    }
  });
  if (admission.finding !== undefined) run.find(admission.finding);
  return [...throttled, ...left];
}

/**
 * Without the credential report every user is looked at: what somebody has deleted, made Inactive or made by hand is
 * found all the same. Those that a run does not get to come first in the next one.
 */
async function workWithoutReport(
  day: Day,
  items: readonly Item[],
  others: readonly Managed[],
  missing: MissingReport,
): Promise<void> {
  const before = await missedBefore(day.run);
  const unseen = startingAt(before?.next, others).map((managed) => ({ ...managed, isUnseen: true }));
  const left = new Set(await work(day, [...items, ...unseen]));
  const leftUnseen = unseen.flatMap(({ entry }) => (left.has(entry.id) ? [entry.id] : []));
  const looks = { looked: unseen.length - leftUnseen.length, left: leftUnseen };
  day.run.find(reportUnavailable(missing, before, looks));
}

/** In the order of their ids, round from one of them. */
function startingAt(id: string | undefined, keys: readonly Managed[]): readonly Managed[] {
  const sorted = [...keys].sort((a, b) => (a.entry.id < b.entry.id ? -1 : 1));
  const start =
    id === undefined
      ? 0
      : Math.max(
          0,
          sorted.findIndex(({ entry }) => entry.id >= id),
        );
  return [...sorted.slice(start), ...sorted.slice(0, start)];
}

/** What is to be current again must not be retired by a run that looked before that was asked for (K1). */
async function retirementsOver(run: Run, { entry, secret }: Item): Promise<void> {
  const asked = await settled(secret, run, 'is-not-done');
  const now = run.now();
  const end = retirementsEnd(entry, asked, now);
  if (end !== undefined) await run.time.sleep(end.getTime() - now.getTime());
}

/** The key as it is now; undefined where IAM had no time for a look that can wait for the next run. */
async function seen({ iam, secrets }: RotatePorts, run: Run, item: Item): Promise<Look | undefined> {
  if (item.isUnseen !== true) return look(iam, secrets, item);
  return atThePaceOfAws(run, () => look(iam, secrets, item));
}

/** The plan of one key, made from what is there now. @returns `keys` without those that the plan discards */
async function planned({ trail }: RotatePorts, run: Run, item: Item, { secret, keys }: Look) {
  const { entry, requested, broughtForward } = item;
  const { findings, ...leaks } = await leaksOf(run, item, secret, keys);
  const end = { unprovedEnd: isToGo(entry, secret) ? await unprovedEnd(secret, run) : undefined };
  const input = { entry, secret, keys, ...leaks, ...end, now: run.now(), requested, broughtForward };
  const isOwn = await creators(trail, keysToTrace(input), run.log);
  run.findAll(findings);
  const plan = planRotation({ ...input, isOwn });
  return { plan, secret, keys: keys.filter(({ accessKeyId }) => !discards(plan, accessKeyId)) };
}

function discards({ steps }: Plan, accessKeyId: string): boolean {
  return steps.some((step) => step.do === 'discard-orphan' && step.accessKeyId === accessKeyId);
}

/** What the credential report says of the users' names and paths. */
function usersFound(report: CredentialReport, { entries }: Survey, { usersPath }: RotateOptions): readonly Finding[] {
  const underPath = usersPath === undefined ? [] : usersPathFindings(usersPath, report, entries);
  return [...underPath, ...entries.flatMap((entry) => userSpelling(entry, report))];
}

function askedFor(all: readonly Managed[], ids: readonly string[], requested: boolean): readonly Item[] {
  return all
    .filter(({ entry }) => ids.includes(entry.id))
    .sort(bySooner(undefined))
    .map((managed) => ({ ...managed, requested }));
}

/** What was asked for by a name that no managed key has. */
function unmanagedRequests(all: readonly Managed[], requested: readonly string[] = []): readonly Finding[] {
  const unknown = requested.filter((id) => !all.some(({ entry }) => entry.id === id));
  return unknown.map((id) => ({ code: 'request-refused', key: id, facts: { is: 'no-key' } }));
}

/** What is due sooner comes first: what somebody edited before all, and a key that never was when the others are on time. */
function bySooner(report: CredentialReport | undefined): (a: Managed, b: Managed) => number {
  const when = (managed: Managed): number => {
    const isEdited = currentKey(managed.secret) === undefined && currentVersion(managed.secret) !== undefined;
    return isEdited ? 0 : (rotationDueAt(managed, report)?.getTime() ?? Number.MAX_SAFE_INTEGER);
  };
  return (a, b) => when(a) - when(b);
}
