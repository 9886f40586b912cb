import { beforeAll, describe, expect, it } from 'vitest';
import { makeReport } from '../../functions/report/judge/make-report';
import { type Report, reportSchema } from '../../functions/report/judge/model';
import { CSV_TABLE_NAMES, type CsvTableName } from '../../functions/report/page/csv';
import { renderReport } from '../../functions/report/page/render';
import { day } from '../core/web-shop';
import { AnAccount } from './judge/account';
import { parseCsv } from './page/parse-csv';
import { sampleReport } from './page/sample-report';

/** Rows that the page has of a table, over all of its parts. */
function rowsIn(html: string, name: string): number {
  const tables = [...html.matchAll(/<table id="[^"]*" data-rows="(\w+)">[\s\S]*?<tbody>([\s\S]*?)<\/tbody>/g)];
  return tables
    .filter(([, counted]) => counted === name)
    .reduce((sum, [, , body = '']) => sum + (body.match(/<tr[ >]/g)?.length ?? 0), 0);
}

/** The sum of all numbers that the page marks with a name. */
function sumIn(html: string, name: string): number {
  const marked = [...html.matchAll(new RegExp(`data-sum="${name}">(\\d+)`, 'g'))];
  return marked.reduce((sum, [, value]) => sum + Number(value), 0);
}

/** What a real account tells, judged by the real rules: late before the period and in it, a key by hand, a lost source. */
function livedReport(): Report {
  const account = new AnAccount(3);
  account.live(0, 88).live(95, 183).live(190, 240);
  account.make('by-hand', day(200));
  const [{ user } = { user: '' }] = account.entries;
  const made = account.make(user, day(210));
  account.write({ action: 'CreateAccessKey', at: day(210), user, accessKeyId: made.accessKeyId });
  const accepted = {
    user: 'by-hand',
    control: 'soc2-cc6.1' as const,
    approver: 'Grace Hopper, CISO',
    reason: 'It ends with the old build farm.',
    approvedOn: '2026-08-01',
    until: '2027-07-31',
  };
  return makeReport(account.evidence(240, 150, { terms: { frameworks: undefined, exceptions: [accepted] } }));
}

describe.each([
  ['a sample of 1 managed key', () => sampleReport(1)],
  ['a sample of 50 managed keys', () => sampleReport(50)],
  ['an account of 3 managed keys that were rotated late', livedReport],
])('the numbers of a report agree in HTML, JSON and CSV: %s', (_, make) => {
  let given: Report;
  let html: string;
  let json: Report;
  const csv = new Map<CsvTableName, number>();
  const cells = new Map<string, number>();
  beforeAll(async () => {
    given = make();
    html = await renderReport(given, 'html');
    json = reportSchema.parse(JSON.parse(await renderReport(given, 'json')));
    for (const table of CSV_TABLE_NAMES) {
      const [head = [], ...rows] = parseCsv(await renderReport(given, 'csv', { table }));
      csv.set(table, rows.length);
      for (const [index, column] of head.entries()) {
        cells.set(
          `${table} ${column}`,
          rows.reduce((sum, row) => sum + Number(row[index]), 0),
        );
      }
    }
  });

  it('is about something', () => {
    expect(json.summary.lateRotations).toBeGreaterThan(given.managedKeys.length === 1 ? -1 : 0);
    expect(json.attention.length).toBeGreaterThan(0);
  });

  it('in every count of the summary', async () => {
    const shown = [...html.matchAll(/<dd data-count="(\w+)" data-value="([\d.]+)">([\d.,]+)<\/dd>/g)];
    const { verdict, headline, ...counts } = json.summary;

    expect(Object.fromEntries(shown.map(([, name, value]) => [name, Number(value)]))).toEqual(counts);
    for (const [, , value, text] of shown) expect(text?.replaceAll(',', '')).toBe(value);
    expect(html).toContain(`data-verdict="${verdict}"`);
    expect(html).toContain(`<p>${headline}</p>`);

    const [, ...rows] = parseCsv(await renderReport(given, 'csv', { table: 'summary' }));
    const named = new Map(rows.map(([name = '', value]) => [name, value]));
    for (const [name, value] of Object.entries(json.summary)) expect(named.get(name)).toBe(String(value));
    expect(named.get('until')).toBe(json.until);
  });

  it.each([
    ['accessKeys', 'access-keys'],
    ['changes', 'changes'],
    ['events', 'events'],
    ['controls', 'controls'],
    ['exceptions', 'exceptions'],
  ] as const)('in the rows of %s', (name, table) => {
    expect(json[name].length).toBeGreaterThan(0);
    expect(rowsIn(html, name)).toBe(json[name].length);
    expect(csv.get(table)).toBe(json[name].length);
  });

  it('in the rows of runs, and in their sum', () => {
    expect(rowsIn(html, 'runs')).toBe(json.runs.length);
    expect(sumIn(html, 'runs')).toBe(json.summary.runs);
    expect(sumIn(html, 'incomplete')).toBe(json.summary.runsIncomplete);
    expect(csv.get('runs')).toBe(json.runs.length);
    expect(cells.get('runs runs')).toBe(json.summary.runs);
    expect(cells.get('runs incomplete')).toBe(json.summary.runsIncomplete);
    expect(cells.get('runs runs')).toBe(json.summary.runsWithoutChange + (cells.get('runs changed') ?? 0));
  });

  it('in the managed keys, attention and limits', () => {
    expect([...html.matchAll(/<article /g)]).toHaveLength(json.managedKeys.length);
    expect(csv.get('managed-keys')).toBe(json.managedKeys.length);
    expect(json.summary.managedKeys).toBe(json.managedKeys.length);
    for (const name of ['managedKeys', 'attention', 'limits'] as const) {
      expect(html).toContain(`data-rows="${name}" data-total="${json[name].length}"`);
    }
    for (const name of ['attention', 'limits'] as const) expect(csv.get(name)).toBe(json[name].length);
  });

  it('in the late rotations of all managed keys', () => {
    expect(cells.get('managed-keys lateRotations')).toBe(json.summary.lateRotations);
  });

  it.each(['rotations', 'deliveries', 'holds'] as const)('in the %s of all managed keys', (name) => {
    expect(sumIn(html, name)).toBe(json.summary[name]);
    expect(cells.get(`managed-keys ${name}`)).toBe(json.summary[name]);
  });

  it.each(['passed', 'failed', 'notApplicable', 'unknown'] as const)('in the access keys that are %s', (name) => {
    expect(cells.get(`controls ${name}`)).toBe(json.controls.reduce((sum, control) => sum + control[name], 0));
  });

  it('in JSON, that is the whole report', () => {
    expect(json).toEqual(given);
  });
});
