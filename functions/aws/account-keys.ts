import { KeyturnError } from '../core/errors';
import type { FullCredentialReport, ReportedKey, ReportedPrincipal } from '../report/evidence/evidence';
import type { AccountKeys } from '../report/evidence/ports';
import { ROOT_USER } from '../report/evidence/trail-write';
import { type ClientConfig, reviewConfig } from './client-config';
import { reportTimeOf } from './credential-report';
import { csvRecords } from './csv-records';
import { reportDownload } from './report-download';

/** The columns that AWS documents; others are named in the report, and not read. */
const KNOWN = new Set([
  'user',
  'arn',
  'user_creation_time',
  'password_enabled',
  'password_last_used',
  'password_last_changed',
  'password_next_rotation',
  'mfa_active',
  ...[1, 2].flatMap((slot) => [
    `access_key_${slot}_active`,
    `access_key_${slot}_last_rotated`,
    `access_key_${slot}_last_used_date`,
    `access_key_${slot}_last_used_region`,
    `access_key_${slot}_last_used_service`,
    `cert_${slot}_active`,
    `cert_${slot}_last_rotated`,
  ]),
  'additional_credentials_info',
]);

/** What stands where nothing is. */
const EMPTY = new Set(['N/A', 'not_supported', '']);

/** The AccountKeys port over the IAM credential report. */
export function createAccountKeys(config: ClientConfig = reviewConfig()): AccountKeys {
  const download = reportDownload(config);
  return {
    async credentialReport() {
      const report = await download();
      return report === undefined ? undefined : parseFullCredentialReport(report.csv, report.generatedAt);
    },
  };
}

/**
 * Reads the whole IAM credential report. Columns are found by their names, because AWS adds new ones.
 *
 * @throws KeyturnError `aws-rejected` when it is not whole, naming what is missing: of a part of it nothing can be proved
 */
export function parseFullCredentialReport(csv: string, generatedAt: Date): FullCredentialReport {
  const [header = [], ...rows] = csvRecords(csv);
  const columns = new Map(header.map((name, index) => [name, index]));
  const column = (name: string): number => {
    const index = columns.get(name);
    if (index === undefined) throw incomplete(`it has no column ${name}`);
    return index;
  };
  const [user, arn] = [column('user'), column('arn')];
  const slots = ([1, 2] as const).map((slot) => slotReader(slot, column));
  if (rows.length === 0) throw incomplete('it has no line, and root has one in every account');
  const principals = rows.map((row, index): ReportedPrincipal => {
    const name = row[user] ?? '';
    if (name === '') throw incomplete(`line ${index + 2} has no user`);
    if (row.length < header.length) {
      throw incomplete(`the line of ${name} ends before the column ${header[row.length]}`);
    }
    return {
      user: name,
      arn: row[arn] ?? '',
      isRoot: name === ROOT_USER,
      keys: slots.flatMap((read) => read(row)),
    };
  });
  return { generatedAt, principals, unknownColumns: header.filter((name) => !KNOWN.has(name)) };
}

function slotReader(slot: 1 | 2, column: (name: string) => number): (row: readonly string[]) => readonly ReportedKey[] {
  const of = (name: string) => column(`access_key_${slot}_${name}`);
  const [active, changed, used] = [of('active'), of('last_rotated'), of('last_used_date')];
  const [region, service] = [of('last_used_region'), of('last_used_service')];
  return (row) => {
    const isActive = row[active] ?? '';
    if (isActive !== 'true' && EMPTY.has(row[changed] ?? '')) return [];
    const lastUsedService = known(row[service]);
    const lastUsedRegion = known(row[region]);
    return [
      {
        slot,
        // A key that may be in use is taken for one that is.
        active: isActive !== 'false',
        createdAt: reportTimeOf(row[changed]),
        lastUsed: reportTimeOf(row[used]) ?? (row[used] === 'N/A' ? 'never' : 'unknown'),
        lastUsedService,
        lastUsedRegion,
      },
    ];
  };
}

function known(field = ''): string | undefined {
  return EMPTY.has(field) || field === 'no_information' ? undefined : field;
}

function incomplete(what: string): KeyturnError {
  return new KeyturnError(
    'aws-rejected',
    `iam:GetCredentialReport: the credential report is not whole: ${what}. Make the report again; IAM makes a new one every four hours.`,
  );
}
