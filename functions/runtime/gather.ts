import type { Managed } from '../core/breaker';
import { SECOND } from '../core/duration';
import { idOfSecret, SECRET_PREFIX, secretName } from '../core/names';
import type { CredentialReport, Iam, Registry, Secrets } from '../core/ports';
import type { Run } from './run';

/** Reads what should be and what is, one call a page, and reports the keys that cannot be worked on. */
export async function gather(registry: Registry, secrets: Secrets, run: Run): Promise<readonly Managed[]> {
  const [listing, states] = await Promise.all([registry.list(), secrets.list(SECRET_PREFIX)]);
  const byName = new Map(states.map((secret) => [secret.name, secret]));
  for (const { id, error } of listing.invalid) {
    run.find({ code: 'invalid-entry', key: id, severity: 'attention', message: error.message });
  }
  const managed: Managed[] = [];
  for (const entry of listing.entries) {
    const secret = byName.get(secretName(entry.id));
    if (secret === undefined) {
      run.find({
        code: 'secret-missing',
        key: entry.id,
        severity: 'attention',
        message:
          `Key "${entry.id}" has no secret ${secretName(entry.id)}. If it was deleted: aws secretsmanager restore-secret ` +
          `--secret-id ${secretName(entry.id)}. Otherwise deploy the stack again.`,
      });
    } else {
      managed.push({ entry, secret });
    }
  }
  reportUnmanaged(
    states.map(({ name }) => name),
    listing,
    run,
  );
  run.looksAt(managed);
  return managed;
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
  try {
    for (let tries = 0; tries < REPORT_TRIES; tries++) {
      const report = await iam.credentialReport();
      if (report !== undefined) return report;
      await run.time.sleep(REPORT_WAIT);
    }
  } catch (thrown) {
    why = thrown instanceof Error ? thrown.message : 'unknown';
  }
  run.find({
    code: 'report-unavailable',
    severity: 'notice',
    message: `The IAM credential report could not be read (${why}). Keys that are due are handled; changes made by hand are seen by the next run.`,
  });
  return undefined;
}
