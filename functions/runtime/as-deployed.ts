import type { Secrets } from '../account/ports';
import type { AuditEvent } from '../core/audit';
import { after } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import { isDeployedBy } from '../core/lifecycle/deployed-by';
import type { Managed } from '../core/lifecycle/managed';
import { isDeployed, MET_WITHIN, notDeployed } from '../core/lifecycle/not-deployed';
import type { Run } from './run';

/**
 * Whether a key's registry entry is the one that was deployed, and its secret too; says so where it is not. Asked once a key that something
 * is to be done for, before it is done.
 *
 * @throws KeyturnError `secret-missing`, `aws-*` when the secret's policy cannot be read
 */
export async function isAsDeployed(secrets: Pick<Secrets, 'pins'>, run: Run, managed: Managed): Promise<boolean> {
  const { deployedBy } = run;
  const isStrange = deployedBy !== undefined && !isDeployedBy(deployedBy, managed.secret);
  const pinned = isStrange ? 'made elsewhere' : await secrets.pins(managed.secret.name);
  if (pinned !== 'made elsewhere' && isDeployed(managed.digest, pinned)) return true;
  const found = notDeployed(managed, pinned, await metBefore(run), run.now());
  if (found !== undefined) run.find(found);
  return found === undefined;
}

/** The same for many keys. @returns the ids of those whose entry it is */
export async function asDeployed(
  secrets: Pick<Secrets, 'pins'>,
  run: Run,
  wanted: readonly Managed[],
): Promise<ReadonlySet<string>> {
  const deployed = new Set<string>();
  await run.forEach(wanted, async (managed) => {
    if (await isAsDeployed(secrets, run, managed)) deployed.add(managed.entry.id);
  });
  return deployed;
}

const records = new WeakMap<Run, Promise<readonly AuditEvent[] | undefined>>();

/** Read once a run. @returns undefined where the record cannot be read: then it counts as met before, and people are told */
function metBefore(run: Run): Promise<readonly AuditEvent[] | undefined> {
  const known = records.get(run);
  if (known !== undefined) return known;
  const reading = run.recorded(after(run.now(), -MET_WITHIN), 'finding', 'not-deployed').catch((thrown: unknown) => {
    run.log.warn('the record does not say what was met before', { code: toKeyturnError(thrown).code });
    return undefined;
  });
  records.set(run, reading);
  return reading;
}
