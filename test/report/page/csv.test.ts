import { describe, expect, it } from 'vitest';
import type { Report } from '../../../functions/report/judge/model';
import { CSV_TABLE_NAMES } from '../../../functions/report/page/csv';
import { renderReport } from '../../../functions/report/page/render';
import { parseCsv } from './parse-csv';
import { HOSTILE_USERS, sampleReport } from './sample-report';

const report = sampleReport(2);

/** The report with another name for the user of its first access key. */
function named(user: string): Report {
  const [first, ...others] = report.accessKeys;
  return first === undefined ? report : { ...report, accessKeys: [{ ...first, user }, ...others] };
}

async function userOf(given: Report): Promise<string | undefined> {
  const [head, first] = parseCsv(await renderReport(given, 'csv'));
  return first?.[head?.indexOf('user') ?? -1];
}

describe('a report as CSV', () => {
  it.each(CSV_TABLE_NAMES)('is by RFC 4180, with as many cells in each line as in the header: %s', async (table) => {
    const text = await renderReport(report, 'csv', { table });
    const [head = [], ...rows] = parseCsv(text);

    expect(text.endsWith('\r\n')).toBe(true);
    expect(new Set(head).size).toBe(head.length);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row).toHaveLength(head.length);
  });

  it('has a column for each control, and what it says of each key', async () => {
    const [head = [], ...rows] = parseCsv(await renderReport(report, 'csv'));
    for (const { id } of report.controls) {
      const column = head.indexOf(id);
      expect(rows.map((row) => row[column])).toEqual(
        report.accessKeys.map(({ controls }) => controls.find(({ control }) => control === id)?.verdict),
      );
    }
  });

  it('has dates of ISO 8601 in UTC', async () => {
    const [head = [], ...rows] = parseCsv(await renderReport(report, 'csv', { table: 'events' }));
    const column = head.indexOf('time');
    for (const row of rows) expect(row[column]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(rows.map((row) => row[column])).toEqual(report.events.map(({ time }) => time));
  });

  it.each(['=', '+', '-', '@', '\t', '\r', '\uFF1D', '\uFF0B', '\uFF0D', '\uFF20'])(
    'has no formula in a cell that starts with %j',
    async (start) => {
      expect(await userOf(named(`${start}cmd`))).toBe(`'${start}cmd`);
    },
  );

  it('has no formula in any cell, whatever the names are', async () => {
    for (const table of CSV_TABLE_NAMES) {
      const cells = parseCsv(await renderReport(report, 'csv', { table })).flat();
      expect(cells.filter((cell) => /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/.test(cell))).toEqual([]);
    }
    const users = parseCsv(await renderReport(report, 'csv')).map((row) => row[1]);
    expect(users).toContain(HOSTILE_USERS[0]);
    expect(users).toContain(`'${HOSTILE_USERS[1]}`);
  });

  it.each(['a,b', 'say "so"', 'two\nlines', 'two\r\nlines', 'back\rwards', ' spaces ', 'ünï 🔑'])(
    'keeps %j',
    async (user) => {
      expect(await userOf(named(user))).toBe(user);
    },
  );
});
