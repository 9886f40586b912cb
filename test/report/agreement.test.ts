import { beforeAll, describe, expect, it } from 'vitest';
import { type Report, reportSchema } from '../../functions/core/report/model';
import type { CsvTableName } from '../../functions/report/csv';
import { renderReport } from '../../functions/report/render';
import { parseCsv } from './parse-csv';
import { sampleReport } from './sample-report';

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

describe.each([1, 50])('the numbers of a report of %i managed keys agree in HTML, JSON and CSV', (managed) => {
  const given = sampleReport(managed);
  let html: string;
  let json: Report;
  const csv = new Map<CsvTableName, number>();
  const cells = new Map<string, number>();
  beforeAll(async () => {
    html = await renderReport(given, 'html');
    json = reportSchema.parse(JSON.parse(await renderReport(given, 'json')));
    for (const table of ['access-keys', 'managed-keys', 'changes', 'events', 'controls'] as const) {
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

  it('in every count of the summary', () => {
    const shown = [...html.matchAll(/<dd data-count="(\w+)" data-value="([\d.]+)">([\d.,]+)<\/dd>/g)];
    const { verdict, headline, ...counts } = json.summary;

    expect(Object.fromEntries(shown.map(([, name, value]) => [name, Number(value)]))).toEqual(counts);
    for (const [, , value, text] of shown) expect(text?.replaceAll(',', '')).toBe(value);
    expect(html).toContain(`data-verdict="${verdict}"`);
    expect(html).toContain(`<p>${headline}</p>`);
  });

  it.each([
    ['accessKeys', 'access-keys'],
    ['changes', 'changes'],
    ['events', 'events'],
    ['controls', 'controls'],
  ] as const)('in the rows of %s', (name, table) => {
    expect(json[name].length).toBeGreaterThan(0);
    expect(rowsIn(html, name)).toBe(json[name].length);
    expect(csv.get(table)).toBe(json[name].length);
  });

  it('in the rows of runs, and in their sum', () => {
    expect(rowsIn(html, 'runs')).toBe(json.runs.length);
    expect(sumIn(html, 'runs')).toBe(json.summary.runs);
    expect(sumIn(html, 'incomplete')).toBe(json.summary.runsIncomplete);
  });

  it('in the managed keys, attention and limits', () => {
    expect([...html.matchAll(/<article /g)]).toHaveLength(json.managedKeys.length);
    expect(csv.get('managed-keys')).toBe(json.managedKeys.length);
    expect(json.summary.managedKeys).toBe(json.managedKeys.length);
    for (const name of ['managedKeys', 'attention', 'limits'] as const) {
      expect(html).toContain(`data-rows="${name}" data-total="${json[name].length}"`);
    }
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
