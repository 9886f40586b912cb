import type { Registry, Secrets, Sts, Targets } from '../account/ports';
import { survey } from '../account/survey';
import { HOUR } from '../core/duration';
import { type KeyturnError, toKeyturnError } from '../core/errors';
import { failedStep } from '../core/findings/failed-step';
import type { Finding } from '../core/findings/findings';
import type { Managed } from '../core/lifecycle/managed';
import { planDelivery } from '../core/lifecycle/plan-delivery';
import { tokenExpiries } from '../core/lifecycle/token-expiry';
import { secretName } from '../core/names';
import type { Run } from '../runtime/run';
import { deliver, isKnownEverywhere } from './deliver';
import { failingFast } from './failing-fast';
import type { SyncRequest } from './trigger';

export interface SyncPorts {
  readonly sts: Sts;
  readonly secrets: Secrets;
  readonly registry: Registry;
  readonly targets: Targets;
}

export interface SyncOptions {
  /** Days before the known end of a connection's token at which people are told. */
  readonly tokenExpiresInDays: number;
}

/** Each asks two endpoints eight times in a minute. */
const PROOFS_AT_A_TIME = 50;

/** Brings every current version to its targets that is not marked delivered there. */
export async function sync(
  ports: SyncPorts,
  run: Run,
  { ids, unknown }: SyncRequest,
  options: SyncOptions,
): Promise<void> {
  if (unknown) run.find({ code: 'unknown-event', facts: {} });
  const managed = ids === undefined ? await everything(ports, run, options) : await pick(ids, ports, run);
  const due = managed.filter(({ entry, secret }) => {
    const plan = planDelivery({ entry, secret, now: run.now() });
    run.findAll(plan.findings);
    return plan.deliver !== undefined || plan.removeAfter.length > 0;
  });
  const targets = failingFast(ports.targets);
  const { ready, known } = await prepared(ports, run, due);
  await run.forEach(startingElsewhere(ready, run.now()), async ({ entry, secret }) => {
    // What was listed may be minutes old; what was picked alone is as fresh as it can be.
    const present = ids?.length === 1 && known.size === 0 ? secret : await ports.secrets.describe(secret.name);
    await deliver({ ...ports, targets }, run, { entry, secret: present }, known.get(entry.id));
  });
}

/**
 * Proves the keys that no target has yet, all at the same time: a proof takes a minute, in which it waits.
 *
 * @returns what can be delivered, and by id the versions whose keys are known everywhere
 */
async function prepared(ports: SyncPorts, run: Run, due: readonly Managed[]) {
  const known = new Map<string, string>();
  const freshOf = ({ entry, secret }: Managed) => {
    const { deliver: step } = planDelivery({ entry, secret, now: run.now() });
    return step?.fresh ? step : undefined;
  };
  const fresh = new Set(due.filter((managed) => freshOf(managed) !== undefined));
  await run.forEach(
    [...fresh],
    async (managed) => {
      const step = freshOf(managed);
      if (step === undefined) return;
      if (await isKnownEverywhere(step, { ports, run, managed })) known.set(managed.entry.id, step.versionId);
    },
    PROOFS_AT_A_TIME,
  );
  return { ready: due.filter((managed) => !fresh.has(managed) || known.has(managed.entry.id)), known };
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
