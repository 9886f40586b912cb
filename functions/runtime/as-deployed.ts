import type { Secrets } from '../account/ports';
import type { AuditEvent } from '../core/audit';
import { after } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import { isDeployedBy } from '../core/lifecycle/deployed-by';
import type { Managed } from '../core/lifecycle/managed';
import { MET_WITHIN, notDeployed } from '../core/lifecycle/not-deployed';
import type { Run } from './run';

/**
 * Whether a key's registry entry is the one that was deployed, and its secret too; says so where it is not. Asked once of
 * a key for which something is to be done, before it is done.
 *
 * @throws KeyturnError `secret-missing`, `aws-*` when the secret's policy cannot be read
 */
export async function isAsDeployed(secrets: Pick<Secrets, 'pins'>, run: Run, managed: Managed): Promise<boolean> {
  const said = await saidOf(secrets, run, managed);
  const twin = said === undefined ? await deployedTwin(secrets, run, managed) : undefined;
  if (said === undefined && twin === undefined) return true;
  run.find(notDeployed(managed, said ?? { is: 'shared-user', with: twin }, await metBefore(run), run.now()));
  return false;
}

/** @returns undefined where the deployment has said of a key what its entry says */
async function saidOf(secrets: Pick<Secrets, 'pins'>, run: Run, { digest, secret }: Managed) {
  const { deployedBy } = run;
  if (deployedBy !== undefined && !isDeployedBy(deployedBy, secret)) return { is: 'made-elsewhere' } as const;
  const pinned = await secrets.pins(secret.name);
  if (digest !== undefined && pinned.includes(digest)) return undefined;
  return { is: pinned.length > 0 ? 'differs' : 'unsaid' } as const;
}

/** Another key of the same user that was deployed too, such as one of before whose entry somebody has put back. */
async function deployedTwin(secrets: Pick<Secrets, 'pins'>, run: Run, { entry }: Managed): Promise<string | undefined> {
  for (const other of run.sharingUser(entry)) {
    if ((await saidOf(secrets, run, other)) === undefined) return other.entry.id;
  }
  return undefined;
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
