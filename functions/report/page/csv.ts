import { stringify } from 'csv-stringify/sync';
import type { Report } from '../judge/model';
import { CSV_TABLES } from './csv-tables';

export type CsvTableName = keyof typeof CSV_TABLES;

/** The tables that a report has as CSV. */
export const CSV_TABLE_NAMES = Object.keys(CSV_TABLES) as readonly CsvTableName[];

/**
 * One table of a report as CSV by RFC 4180: UTF-8, a header, lines that end with CRLF. A cell that a spreadsheet would
 * take for a formula starts with an apostrophe.
 */
export function renderCsv(report: Report, name: CsvTableName): string {
  const { columns, rows } = CSV_TABLES[name](report);
  return stringify([columns, ...rows], {
    record_delimiter: '\r\n',
    escape_formulas: true,
    // The library quotes what holds the whole CRLF; the standard wants it for each half.
    quoted_match: /[\r\n]/,
    cast: { boolean: String },
  });
}
