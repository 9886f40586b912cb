import type { Registry, Secrets, Sts, Targets } from '../account/ports';
import { survey } from '../account/survey';
import { HOUR } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import type { Managed } from '../core/lifecycle/breaker';
import { planDelivery } from '../core/lifecycle/plan-delivery';
import { tokenExpiries } from '../core/lifecycle/token-expiry';
import { SECRET_PREFIX, secretName } from '../core/names';
import type { Run } from '../runtime/run';
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
  /** Days before the known end of a connection's token at which people are told. */
  readonly tokenExpiresInDays: number;
}

/** Brings every current version to its targets that is not marked delivered there. */
export async function sync(
  ports: SyncPorts,
  run: Run,
  { ids, unknown }: SyncRequest,
  options: SyncOptions,
): Promise<void> {
  if (unknown) {
    run.find({
      code: 'unknown-event',
      severity: 'notice',
      message:
        'The event that started this run has a shape that Keyturn does not know. Everything was looked at instead.',
    });
  }
  const managed = ids === undefined ? await everything(ports, run, options) : await pick(ids, ports, run);
  const due = managed.filter(({ entry, secret }) => {
    const plan = planDelivery({ entry, secret, now: run.now() });
    if (plan.steps.length === 0) run.findAll(plan.findings);
    return plan.steps.length > 0;
  });
  const targets = failingFast(ports.targets);
  await run.forEach(startingElsewhere(due, run.now()), async ({ entry, secret }) => {
    // What was listed may be minutes old; what was picked alone is as fresh as it can be.
    const present = ids?.length === 1 ? secret : await ports.secrets.describe(secret.name);
    await deliver({ ...ports, targets }, run, entry, present);
  });
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
        run.find({
          code: 'unmanaged-secret',
          key: id,
          severity: 'notice',
          message: `${SECRET_PREFIX}${id} changed, but the registry has no such key.`,
        });
        continue;
      }
      managed.push({ entry, secret: await secrets.describe(secretName(id)) });
    } catch (thrown) {
      const error = toKeyturnError(thrown);
      const code = error.code === 'invalid-entry' || error.code === 'secret-missing' ? error.code : 'step-failed';
      run.count('failed');
      run.find({ code, key: id, severity: 'attention', error: error.code, message: error.message });
    }
  }
  run.looksAt(managed);
  return managed;
}
