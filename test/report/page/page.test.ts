import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../functions/report/judge/model';
import { renderPage } from '../../../functions/report/page/page';
import { sampleReport } from './sample-report';

/** The content of the only element of this name. */
function contentOf(html: string, name: string): string {
  const found = [...html.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))];
  expect(found).toHaveLength(1);
  return found[0]?.[1] ?? '';
}

const hashOf = (content: string) => `'sha256-${createHash('sha256').update(content).digest('base64')}'`;

describe('the page of a report', () => {
  const report = sampleReport(2);
  let html: string;
  beforeAll(async () => {
    html = await renderPage(report);
  });

  it('allows its own stylesheet and script, by their hashes, and nothing else', () => {
    const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
    const [style, script] = [contentOf(html, 'style'), contentOf(html, 'script')];

    expect(policy?.replaceAll('&#39;', "'")).toBe(
      `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(script)}; base-uri 'none'; form-action 'none'`,
    );
    expect(html).not.toMatch(/ style="| on\w+="/);
  });

  it('says in its title and language what it is', () => {
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(contentOf(html, 'title')).toBe('Access keys of 111122223333, 2024-11-01 to 2026-11-01: Keyturn');
  });

  it('has its headings in order', () => {
    const levels = [...html.matchAll(/<h([1-6])[ >]/g)].map(([, level]) => Number(level));

    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    for (const [index, level] of levels.entries()) expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1);
  });

  it('escapes whatever it says, also in the pictures', async () => {
    const hostile = '"><img src=x onerror=alert(1)>&\'</script></style></svg><script>alert(2)</script>';
    const taken = await renderPage(withEverywhere(report, hostile));

    expect(taken).not.toContain('<img');
    expect([...taken.matchAll(/<script/g)]).toHaveLength(1);
    expect(taken.match(/&lt;img/g)?.length).toBeGreaterThan(20);
    expect(contentOf(taken, 'script')).toBe(contentOf(html, 'script'));
  });

  it('makes no link of a source that is no web address', async () => {
    const source = 'javascript:alert(1)';
    const page = await renderPage({ ...report, controls: report.controls.map((control) => ({ ...control, source })) });

    expect(page).toContain(`Source: ${source}`);
    expect(page).not.toContain('href="javascript');
  });

  it.each([
    ['compliant', 'Yes.'],
    ['compliant-with-exceptions', 'Yes, with 3 exceptions in force.'],
    ['not-compliant', 'No.'],
    ['cannot-tell', 'Cannot tell.'],
  ] as const)('answers in words when it is %s', async (verdict, words) => {
    const page = await renderPage({ ...report, summary: { ...report.summary, verdict, exceptionsInForce: 3 } });

    expect(page).toContain(`Are we compliant? <strong>${words}</strong>`);
  });

  it('is there for an account that has nothing', async () => {
    const none = {
      attention: [],
      limits: [],
      accessKeys: [],
      managedKeys: [],
      changes: [],
      controls: [],
      runs: [],
      events: [],
    };
    const { oldestCurrentKeyDays, ...summary } = report.summary;
    const page = await renderPage({ ...report, ...none, summary });

    expect(oldestCurrentKeyDays).toBeDefined();
    expect(page).toContain('Nothing needs attention');
    expect(page).toContain('There is no managed key.');
    expect(page).toContain('Every source was read in full');
    expect(page).toContain('<dd data-count="oldestCurrentKeyDays">–</dd>');
  });

  it('gives two events of one ID one place', async () => {
    const [first] = report.events;
    if (first === undefined) throw new Error('no event');
    const page = await renderPage({ ...report, events: [first, { ...first, message: 'forged' }] });

    expect(page.split(` id="e-${first.id}"`)).toHaveLength(2);
    expect(page).toContain('forged');
  });

  it('leads from a control that failed, and from a change, to where they stand', () => {
    const failed = report.attention.find(({ kind }) => kind === 'control-failed');
    const change = report.attention.find(({ kind }) => kind === 'without-keyturn');
    const id = failed?.id.replace('control-', '');

    expect(html).toContain(`<a href="#c-${id}">${failed?.title}</a>`);
    expect(html).toContain(`<a href="#${change?.id}">`);
  });

  it('says what a change has set', () => {
    const stored = report.changes.find(({ version }) => version !== undefined);

    expect(stored?.version).toHaveLength(20);
    expect(html).toContain(`PutSecretValue <small class="breaks">${stored?.version}<`);
    expect(html).toContain('UpdateAccessKey <small class="breaks">Inactive<');
  });

  it('links only to what it shows', async () => {
    const [first] = report.events;
    const page = await renderPage({
      ...report,
      events: report.events.slice(1),
      managedKeys: report.managedKeys.slice(1),
    });
    const ids = new Set([...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id));
    const links = [...page.matchAll(/href="#([^"]*)"/g)].map(([, id = '']) => decodeURIComponent(id));

    expect(links.length).toBeGreaterThan(50);
    expect(links.filter((id) => !ids.has(id))).toEqual([]);
    // A mark without an event is no link.
    expect(page).not.toContain('href="undefined"');
    expect(ids.has(`e-${first?.id}`)).toBe(false);
  });
});

/** The report with a text in every place that takes any. */
function withEverywhere(report: Report, text: string): Report {
  return {
    ...report,
    region: text,
    generatedBy: text,
    summary: { ...report.summary, headline: text },
    attention: report.attention.map((item) => ({ ...item, title: text, detail: text })),
    limits: report.limits.map((limit) => ({ ...limit, message: text })),
    accessKeys: report.accessKeys.map((key, index) => ({
      ...key,
      id: `${text}${index}`,
      user: text,
      accessKeyId: text,
    })),
    managedKeys: report.managedKeys.map((key, index) => ({
      ...key,
      key: `${index}${text}`,
      user: text,
      targets: [text],
      lives: key.lives.map((life) => ({ ...life, marks: life.marks.map((mark) => ({ ...mark, label: text })) })),
    })),
    changes: report.changes.map((change) => ({ ...change, by: text, user: text, note: text, trailEventId: text })),
    controls: report.controls.map((control) => ({ ...control, title: text, asks: text, source: text })),
    events: report.events.map((event) => ({ ...event, key: `0${text}`, target: text, message: text, reason: text })),
  };
}
