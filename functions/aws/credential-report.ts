import type { CredentialReport, ReportedUser } from '../core/key/access-key';
import { csvRecords } from './csv-records';

/**
 * Reads what a run needs of the IAM credential report. Columns are found by their names, because AWS adds new ones.
 *
 * @throws Error when a column that Keyturn needs is missing
 */
export function parseCredentialReport(csv: string, generatedAt: Date): CredentialReport {
  const [header = [], ...rows] = csvRecords(csv);
  const column = (name: string) => {
    const index = header.indexOf(name);
    if (index < 0) throw new Error(`the credential report has no column ${name}`);
    return index;
  };
  const user = column('user');
  const arn = header.indexOf('arn');
  const slots = [1, 2].map((slot) => ({
    active: column(`access_key_${slot}_active`),
    changed: column(`access_key_${slot}_last_rotated`),
  }));
  const users = new Map<string, ReportedUser>();
  for (const row of rows) {
    const name = row[user];
    if (name === undefined || name === '') continue;
    const keys = slots.flatMap(({ active, changed }) => {
      const changedAt = reportTimeOf(row[changed]);
      const isActive = row[active] === 'true';
      return isActive || changedAt !== undefined ? [{ active: isActive, changedAt }] : [];
    });
    users.set(name, { user: name, path: pathIn(row[arn]), keys });
  }
  return { generatedAt, users };
}

/** `arn:aws:iam::<account>:user/<path/><name>` */
function pathIn(arn = ''): string | undefined {
  return /^arn:[\w-]+:iam::\d{12}:user(\/(?:.*\/)?)[^/]+$/.exec(arn)?.[1];
}

/** `N/A`, `no_information` and `not_supported` are no time. */
export function reportTimeOf(field: string | undefined): Date | undefined {
  if (field === undefined || !/^\d{4}-/.test(field)) return undefined;
  const time = new Date(field);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
