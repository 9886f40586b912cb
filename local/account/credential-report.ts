import type { Clock } from '../clock';
import { AwsError } from './aws-error';
import type { AccessKey, AccessKeys } from './iam-access-keys';
import type { IamUser, IamUsers } from './iam-users';

const FOUR_HOURS = 4 * 3_600_000;

/** The columns of the report, in AWS's order. */
export const CREDENTIAL_REPORT_COLUMNS = [
  'user',
  'arn',
  'user_creation_time',
  'password_enabled',
  'password_last_used',
  'password_last_changed',
  'password_next_rotation',
  'mfa_active',
  'access_key_1_active',
  'access_key_1_last_rotated',
  'access_key_1_last_used_date',
  'access_key_1_last_used_region',
  'access_key_1_last_used_service',
  'access_key_2_active',
  'access_key_2_last_rotated',
  'access_key_2_last_used_date',
  'access_key_2_last_used_region',
  'access_key_2_last_used_service',
  'cert_1_active',
  'cert_1_last_rotated',
  'cert_2_active',
  'cert_2_last_rotated',
  'additional_credentials_info',
] as const;

interface Report {
  readonly csv: string;
  readonly generatedAt: number;
  readonly readyAt: number;
}

/** An access key of root's, which no API shows. */
export interface RootKey {
  readonly createdAt: Date;
  /** @default 'Active' */
  readonly status?: 'Active' | 'Inactive';
  readonly lastUsed?: { readonly at: Date; readonly service: string; readonly region: string };
}

/** Why GenerateCredentialReport starts nothing. */
export type ReportRefusal = 'LimitExceeded' | 'Throttling';

const REFUSALS: Readonly<Record<ReportRefusal, () => AwsError>> = {
  LimitExceeded: () =>
    new AwsError('LimitExceeded', 409, 'There is no more capacity to launch new report generation tasks.'),
  Throttling: () => new AwsError('Throttling', 400, 'Rate exceeded'),
};

/** How reports are made. */
export interface ReportMaking {
  /** ms from GenerateCredentialReport until the report can be read. */
  readonly time: number | (() => number);
  /** How the first calls of GenerateCredentialReport are refused, one after the other. @default none is */
  readonly refusals?: readonly ReportRefusal[] | undefined;
}

/** What the report reads. */
export interface CredentialReportSources {
  readonly accountId: string;
  readonly accountCreatedAt: number;
  readonly users: IamUsers;
  readonly keys: AccessKeys;
  /** Two at most. */
  readonly rootKeys: readonly RootKey[];
}

/** The credential report: one CSV about every user, made at most every four hours, with no key IDs in it. */
export class CredentialReport {
  #report: Report | undefined;

  #refused = 0;

  constructor(
    private readonly clock: Clock,
    private readonly sources: CredentialReportSources,
    private readonly making: ReportMaking,
  ) {}

  /**
   * Starts a report, or answers COMPLETE while the last one is younger than four hours.
   * @throws AwsError what `refusals` say
   */
  generate() {
    const now = this.clock.now();
    const refusal = this.making.refusals?.[this.#refused];
    if (refusal !== undefined) {
      this.#refused += 1;
      throw REFUSALS[refusal]();
    }
    if (this.#report !== undefined && now - this.#report.generatedAt < FOUR_HOURS) {
      return { State: now >= this.#report.readyAt ? ('COMPLETE' as const) : ('INPROGRESS' as const) };
    }
    this.#report = { csv: this.csv(), generatedAt: now, readyAt: now + this.#takes() };
    return {
      State: 'STARTED' as const,
      Description: 'No report exists. Starting a new report generation task',
    };
  }

  /** @throws AwsError ReportNotPresent (410), ReportInProgress (404), ReportExpired (410). */
  get() {
    const report = this.#report;
    if (report === undefined) throw new AwsError('ReportNotPresent', 410, 'No report exists.');
    const now = this.clock.now();
    if (now < report.readyAt) throw new AwsError('ReportInProgress', 404, 'Report generation is in progress.');
    if (now - report.generatedAt >= FOUR_HOURS) {
      throw new AwsError('ReportExpired', 410, 'The most recent credential report has expired.');
    }
    return {
      Content: Buffer.from(report.csv, 'utf8'),
      ReportFormat: 'text/csv' as const,
      GeneratedTime: new Date(Math.floor(report.generatedAt / 1000) * 1000),
    };
  }

  #takes(): number {
    const { time } = this.making;
    return typeof time === 'number' ? time : time();
  }

  /** What a report says that is made now. */
  csv(): string {
    const rows = [CREDENTIAL_REPORT_COLUMNS, this.rootRow(), ...this.sources.users.all().map((user) => this.row(user))];
    return rows.map((row) => row.map(cell).join(',')).join('\n');
  }

  private rootRow(): string[] {
    const { accountId, accountCreatedAt, rootKeys } = this.sources;
    const slots = [rootKeys[0], rootKeys[1]].map((key) => rootSlot(key));
    const password = ['not_supported', 'no_information', 'not_supported', 'not_supported', 'true'];
    return row(
      ['<root_account>', `arn:aws:iam::${accountId}:root`, reportTime(accountCreatedAt), ...password],
      slots.flat(),
    );
  }

  private row(user: IamUser): string[] {
    const keys = this.sources.keys.of(user);
    const slots = ([1, 2] as const).map((slot) => this.slot(keys.find((key) => key.slot === slot)));
    return row([user.name, user.arn, reportTime(user.createdAt), ...passwordOf(user)], slots.flat());
  }

  private slot(key: AccessKey | undefined): string[] {
    if (key === undefined) return EMPTY_SLOT;
    const use = this.sources.keys.lastUse(key);
    const lastUse = use === undefined ? ['N/A', 'N/A', 'N/A'] : [reportTime(use.at), use.region, use.service];
    return [String(key.status === 'Active'), reportTime(key.createdAt), ...lastUse];
  }
}

/** Passwords never expire here; one that was never used, or not since IAM keeps track of it, has no information. */
function passwordOf({ password }: IamUser): string[] {
  if (password === undefined) return ['false', 'N/A', 'N/A', 'N/A', 'false'];
  const lastUsed = password.lastUsedAt === undefined ? 'no_information' : reportTime(password.lastUsedAt);
  return ['true', lastUsed, reportTime(password.changedAt), 'N/A', 'false'];
}

function rootSlot(key: RootKey | undefined): string[] {
  if (key === undefined) return EMPTY_SLOT;
  const { createdAt, status = 'Active', lastUsed } = key;
  const use =
    lastUsed === undefined
      ? ['N/A', 'N/A', 'N/A']
      : [reportTime(lastUsed.at.getTime()), lastUsed.region, lastUsed.service];
  return [String(status === 'Active'), reportTime(createdAt.getTime()), ...use];
}

/** A user's name may hold a comma: CSV puts such a cell in quotes. */
function cell(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const EMPTY_SLOT = ['false', 'N/A', 'N/A', 'N/A', 'N/A'];
const NO_CERTIFICATES = ['false', 'N/A', 'false', 'N/A'];

function row(head: string[], slots: string[]): string[] {
  return [...head, ...slots, ...NO_CERTIFICATES, 'N/A'];
}

/** The report writes an offset where the rest of IAM writes `Z`. */
function reportTime(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19)}+00:00`;
}
