import type { CredentialReport, ReportedUser } from '../core/ports';

/**
 * Reads the IAM credential report. Columns are found by their names, because AWS adds new ones.
 *
 * @throws Error when a column that Keyturn needs is missing
 */
export function parseCredentialReport(csv: string, generatedAt: Date): CredentialReport {
  const [header = [], ...rows] = records(csv);
  const column = (name: string) => {
    const index = header.indexOf(name);
    if (index < 0) throw new Error(`the credential report has no column ${name}`);
    return index;
  };
  const user = column('user');
  const slots = [1, 2].map((slot) => ({
    active: column(`access_key_${slot}_active`),
    changed: column(`access_key_${slot}_last_rotated`),
  }));
  const users = new Map<string, ReportedUser>();
  for (const row of rows) {
    const name = row[user];
    if (name === undefined || name === '') continue;
    const keys = slots.flatMap(({ active, changed }) => {
      const changedAt = timeOf(row[changed]);
      const isActive = row[active] === 'true';
      return isActive || changedAt !== undefined ? [{ active: isActive, changedAt }] : [];
    });
    users.set(name, { user: name, keys });
  }
  return { generatedAt, users };
}

/** `N/A`, `no_information` and `not_supported` are no time. */
function timeOf(field: string | undefined): Date | undefined {
  if (field === undefined || !/^\d{4}-/.test(field)) return undefined;
  const time = new Date(field);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** Records of a CSV text (RFC 4180). User names may hold commas, so fields may be quoted. */
function records(csv: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain = '', end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}
