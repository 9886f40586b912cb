import { SECOND } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import type { CredentialReport } from '../core/key/access-key';
import type { SecretState } from '../core/key/secret-state';
import type { Managed } from '../core/lifecycle/breaker';
import { idOfSecret, SECRET_PREFIX, secretName } from '../core/names';
import type { Run } from '../runtime/run';
import type { Iam, Registry, Secrets } from './ports';

/** What a run of all keys has to know. */
interface Survey {
  readonly managed: readonly Managed[];
  /** Every secret under `keyturn/`, those of the connections among them. */
  readonly secrets: readonly SecretState[];
}

/** Each function that looks at all keys finds these; rotate looks every day, and sync every hour. */
const TOLD_BY = ['rotate', 'sync'] as const;

/** The managed keys of a `survey`. */
export async function gather(registry: Registry, secrets: Secrets, run: Run): Promise<readonly Managed[]> {
  return (await survey(registry, secrets, run)).managed;
}

/** Reads what should be and what is, one call a page, and reports the keys that cannot be worked on. */
export async function survey(registry: Registry, secrets: Secrets, run: Run): Promise<Survey> {
  const [listing, states] = await Promise.all([registry.list(), secrets.list(SECRET_PREFIX)]);
  const byName = new Map(states.map((secret) => [secret.name, secret]));
  for (const { id, error } of listing.invalid) {
    run.find({ code: 'invalid-entry', key: id, severity: 'attention', message: error.message, toldBy: TOLD_BY });
  }
  const managed: Managed[] = [];
  for (const entry of listing.entries) {
    let secret = byName.get(secretName(entry.id));
    try {
      secret ??= await describeNew(secrets, entry.id);
    } catch (thrown) {
      run.fail(entry, toKeyturnError(thrown), 'looking for its secret');
      continue;
    }
    if (secret === undefined) {
      run.find({
        code: 'secret-missing',
        key: entry.id,
        severity: 'attention',
        toldBy: TOLD_BY,
        message:
          `Key "${entry.id}" has no secret ${secretName(entry.id)}. If it was deleted: aws secretsmanager restore-secret ` +
          `--secret-id ${secretName(entry.id)}. Otherwise deploy the stack again.`,
      });
    } else {
      const changedAt = listing.changedAt?.get(entry.id);
      managed.push({ entry, secret, changedAt });
    }
  }
  reportUnmanaged(
    states.map(({ name }) => name),
    listing,
    run,
  );
  run.looksAt(managed);
  return { managed, secrets: states };
}

/** ListSecrets may miss what was made in the last five minutes, such as the secrets of the deployment that started the run. */
async function describeNew(secrets: Secrets, id: string): Promise<SecretState | undefined> {
  try {
    return await secrets.describe(secretName(id));
  } catch (thrown) {
    const { code } = toKeyturnError(thrown);
    if (code === 'secret-missing' || code === 'aws-denied') return undefined;
    throw thrown;
  }
}

/** A secret without a registry entry is a key that was taken out of the configuration: nobody rotates it any more. */
function reportUnmanaged(names: readonly string[], listing: Awaited<ReturnType<Registry['list']>>, run: Run): void {
  const known = new Set([...listing.entries.map(({ id }) => id), ...listing.invalid.map(({ id }) => id)]);
  for (const name of names) {
    const id = idOfSecret(name);
    if (id === undefined || known.has(id)) continue;
    run.find({
      code: 'unmanaged-secret',
      key: id,
      severity: 'notice',
      message: `The secret ${name} is in no registry entry: its key is not rotated any more. Delete the secret when nothing reads it.`,
    });
  }
}

const REPORT_TRIES = 6;
const REPORT_WAIT = 2 * SECOND;

/** The account's credential report, or undefined with a finding: a run goes on without it. */
export async function reportOf(iam: Iam, run: Run): Promise<CredentialReport | undefined> {
  let why = 'IAM did not finish it in time';
  let denied = false;
  try {
    for (let tries = 0; tries < REPORT_TRIES; tries++) {
      const report = await iam.credentialReport();
      if (report !== undefined) return report;
      await run.time.sleep(REPORT_WAIT);
    }
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    why = error.message;
    denied = error.code === 'aws-denied';
  }
  run.find({
    code: 'report-unavailable',
    severity: denied ? 'attention' : 'notice',
    message: `The IAM credential report could not be read (${why}). Keys that are due are handled; changes made by hand are seen by the next run.`,
  });
  return undefined;
}
