import type { Report } from '../judge/model';
import { type CsvTableName, renderCsv } from './csv';
import { renderPage } from './page';

export const REPORT_FORMATS = ['html', 'json', 'csv'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export interface RenderOptions {
  /** Which table a CSV file holds. @default 'access-keys' */
  readonly table?: CsvTableName;
}

/** A report as the text of a file. The three formats have the same numbers: nothing is counted here. */
export async function renderReport(report: Report, format: ReportFormat, options: RenderOptions = {}): Promise<string> {
  switch (format) {
    case 'html':
      return await renderPage(report);
    case 'json':
      return `${JSON.stringify(report, undefined, 2)}\n`;
    case 'csv':
      return renderCsv(report, options.table ?? 'access-keys');
  }
}
