import type { Registry, Secrets, Sts, Targets } from '../account/ports';
import { survey } from '../account/survey';
import type { RegistryEntry } from '../core/config/registry';
import type { DriftSetting } from '../core/config/settings';
import { HOUR } from '../core/duration';
import { type KeyturnError, toKeyturnError } from '../core/errors';
import { failedStep } from '../core/findings/failed-step';
import type { Finding } from '../core/findings/findings';
import type { Managed } from '../core/lifecycle/managed';
import { byLastLook, planCheck } from '../core/lifecycle/plan-check';
import { planDelivery } from '../core/lifecycle/plan-delivery';
import type { Check } from '../core/lifecycle/steps';
import { tokenExpiries } from '../core/lifecycle/token-expiry';
import { secretName } from '../core/names';
import type { Neighbours } from '../runtime/doers/contested';
import type { Run } from '../runtime/run';
import { check } from './check';
import { deliver } from './deliver';
import { failingFast } from './failing-fast';
import type { SyncRequest } from './trigger';

export interface SyncPorts {
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

/** What is to be done for one key. */
interface Due extends Managed {
  /** Look whether it is where it was delivered to. @default - deliver it */
  readonly check?: Check;
}

/**
 * Brings every current version to its targets that is not marked delivered there, and looks once a day whether what was
 * delivered is still there.
 */
export async function sync(ports: SyncPorts, run: Run, request: SyncRequest, options: SyncOptions): Promise<void> {
  const { ids, unknown } = request;
  if (unknown) run.find({ code: 'unknown-event', facts: {} });
  const managed = ids === undefined ? await everything(ports, run, options) : await pick(ids, ports, run);
  const due = managed.filter(({ entry, secret }) => {
    const plan = planDelivery({ entry, secret, now: run.now() });
    run.findAll(plan.findings);
    return plan.deliver !== undefined || plan.removeAfter.length > 0;
  });
  const checks = checksOf(managed, run, request, options);
  const neighbours = neighboursOf(ids === undefined ? managed : undefined, ports.registry);
  const all = { ...ports, targets: failingFast(ports.targets), neighbours };
  // What pipelines wait for goes first.
  await run.forEach<Due>([...startingElsewhere(due, run.now()), ...checks], async ({ entry, secret, check: step }) => {
    if (step !== undefined) return check(all, run, { entry, secret }, step);
    // What was listed may be minutes old; what was picked alone is as fresh as it can be.
    const present = ids?.length === 1 ? secret : await ports.secrets.describe(secret.name);
    await deliver(all, run, { entry, secret: present });
  });
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
  { drift = 'repair' }: SyncOptions,
): readonly Due[] {
  if (trigger === 'event') return [];
  const isAsked = trigger === 'request';
  const due = managed.flatMap((one): (Due & { readonly check: Check })[] => {
    const step = planCheck({ ...one, now: run.now(), drift, isAsked });
    return step === undefined ? [] : [{ ...one, check: step }];
  });
  const most = isAsked ? due.length : Math.max(FEW, Math.ceil(managed.length / CHECKED_IN_RUNS));
  return due.sort((a, b) => byLastLook(a.check, b.check)).slice(0, most);
}

/** All managed keys. The same list shows the connections' secrets, and when their tokens end. */
async function everything(
  ports: SyncPorts,
  run: Run,
  { tokenExpiresInDays: within }: SyncOptions,
): Promise<readonly Managed[]> {
  const seen = await survey(ports);
  const managed = run.surveyed(seen);
  const entries = managed.map(({ entry }) => entry);
  run.findAll(tokenExpiries({ entries, secrets: seen.secrets, now: run.now(), within }));
  return managed;
}

/** What a run of all keys knows anyway; a run for some of them reads it when it has to, and once. */
function neighboursOf(all: readonly Managed[] | undefined, registry: Registry): Neighbours {
  if (all !== undefined) {
    const entries = all.map(({ entry }) => entry);
    return { isAtHand: true, list: async () => entries };
  }
  let listing: Promise<readonly RegistryEntry[]> | undefined;
  return {
    isAtHand: false,
    list() {
      listing ??= registry.list().then(({ entries }) => entries);
      return listing;
    },
  };
}

/** Every hour another key comes first, so that no key waits behind the same slow ones for ever (K11). */
function startingElsewhere(due: readonly Managed[], now: Date): readonly Managed[] {
  const start = due.length === 0 ? 0 : Math.floor(now.getTime() / HOUR) % due.length;
  return [...due.slice(start), ...due.slice(0, start)];
}

/** The managed keys that an event names; one that is not managed concerns nobody. */
async function pick(ids: readonly string[], { registry, secrets }: SyncPorts, run: Run): Promise<readonly Managed[]> {
  const managed: Managed[] = [];
  for (const id of new Set(ids)) {
    try {
      const entry = await registry.get(id);
      if (entry === undefined) {
        run.find({ code: 'unmanaged-secret', key: id, facts: { is: 'changed' } });
        continue;
      }
      managed.push({ entry, secret: await secrets.describe(secretName(id)) });
    } catch (thrown) {
      run.count('failed');
      run.find(unusable(id, toKeyturnError(thrown)));
    }
  }
  run.looksAt(managed);
  return managed;
}

function unusable(key: string, error: KeyturnError): Finding {
  const { code, message: reason } = error;
  if (code === 'invalid-entry') return { code, key, error: code, facts: { is: 'unreadable', reason } };
  return failedStep(key, error);
}
