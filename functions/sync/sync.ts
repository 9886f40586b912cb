import type { Registry, Secrets, Sts, Targets } from '../account/ports';
import { survey } from '../account/survey';
import { HOUR } from '../core/duration';
import { type KeyturnError, toKeyturnError } from '../core/errors';
import { failedStep } from '../core/findings/failed-step';
import type { Finding } from '../core/findings/findings';
import type { SecretState } from '../core/key/secret-state';
import type { Managed } from '../core/lifecycle/managed';
import { planDelivery } from '../core/lifecycle/plan-delivery';
import { tokenExpiries } from '../core/lifecycle/token-expiry';
import { secretName } from '../core/names';
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
export async function sync(ports: SyncPorts, run: Run, request: SyncRequest, options: SyncOptions): Promise<void> {
  const { ids, unknown } = request;
  if (unknown) run.find({ code: 'unknown-event', facts: {} });
  const managed = ids === undefined ? await everything(ports, run, options) : await pick(ids, ports, run, request);
  const due = managed.filter(({ entry, secret }) => {
    const plan = planDelivery({ entry, secret, now: run.now() });
    run.findAll(plan.findings);
    return plan.deliver !== undefined || plan.removeAfter.length > 0;
  });
  const targets = failingFast(ports.targets);
  await run.forEach(startingElsewhere(due, run.now()), async ({ entry, secret }) => {
    // What was listed may be minutes old; what was picked alone is as fresh as it can be.
    const present = ids?.length === 1 ? secret : await ports.secrets.describe(secret.name);
    await deliver({ ...ports, targets }, run, { entry, secret: present });
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
      const entry = await registry.get(id);
      if (entry === undefined) {
        run.find(
          trigger === 'request'
            ? { code: 'request-refused', key: id, facts: { is: 'no-key' } }
            : { code: 'unmanaged-secret', key: id, facts: { is: 'changed' } },
        );
        continue;
      }
      const secret = await describeThere(secrets, id);
      if (secret === undefined) run.find({ code: 'secret-missing', key: id, facts: { is: 'absent' } });
      else managed.push({ entry, secret });
    } catch (thrown) {
      run.count('failed');
      run.find(unusable(id, toKeyturnError(thrown)));
    }
  }
  run.looksAt(managed);
  return managed;
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
