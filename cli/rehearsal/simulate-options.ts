import type { ReportFormat } from '../../functions/report/page/render';
import type { FaultKind } from './faults/kinds';

/** What `keyturn simulate` was asked for. */
export interface SimulateOptions {
  readonly days: number;
  readonly config: string;
  readonly seed: string;
  readonly report?: string;
  readonly reportFormat: ReportFormat;
  readonly archive?: string;
  readonly json?: true;
  readonly serve?: true;
  readonly naive?: true;
  readonly everyHour?: true;
  /** Kinds of faults, or all. */
  readonly faults?: readonly FaultKind[];
}

/** Where the report of the days is written. */
export function reportFileOf({ reportFormat, report = `keyturn-report.${reportFormat}` }: SimulateOptions): string {
  return report;
}
