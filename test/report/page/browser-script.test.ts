import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AccessKeyLine } from '../../../functions/report/judge/model';
import { inChromium, launchChromium } from './chromium';
import { type Opened, open, type Written, writeReport } from './opened';

const KEY = 'billing-002-production';
/** Of one name alone, however it is written. */
const PART = 'Billing-002';

inChromium('where scripts are allowed', () => {
  let browser: Browser;
  let written: Written;
  let opened: Opened;
  let page: Page;
  beforeAll(async () => {
    browser = await launchChromium();
    written = await writeReport(50);
  }, 120_000);
  beforeEach(async () => {
    opened = await open(browser, written.url);
    page = opened.page;
    return async () => {
      expect(opened.complaints).toEqual([]);
      await page.context().close();
    };
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    written.remove();
  });

  const cells = async (table: string, column: number) =>
    await page.locator(`#${table} tbody tr:visible > :nth-child(${column})`).allInnerTexts();
  const found = async () => await page.locator('#found').innerText();

  describe('search', () => {
    it('leaves the rows that have all words, and says how many', async () => {
      await page.locator('#find').focus();
      await page.keyboard.type('ROOT_ACCOUNT active');
      await page.waitForFunction(() => document.getElementById('found')?.textContent !== '');

      expect(await cells('keys-there', 1)).toEqual(['<root_account>']);
      expect(await found()).toMatch(/^1 of \d+ rows$/);
      expect(await page.locator('article:visible').count()).toBe(0);
    });

    it('finds one event among all, unfolds it and gives its whole ID', async () => {
      const event = written.report.events.find(({ event: name, key }) => name === 'target-delivered' && key === KEY);
      await page.fill('#find', `${KEY} target-delivered ${event?.time.slice(0, 10)}`);
      await page.waitForFunction(() => document.getElementById('found')?.textContent !== '');

      // The name of the key is beside the table, so the whole key is found by it alone; its target names the key too.
      const row = page.locator(`[id="e-${event?.id}"]`);
      await row.waitFor({ state: 'visible' });
      expect(await row.textContent()).toContain(event?.id ?? 'no event');
    });

    it('jumps to what it found, and by the enter key to the next', async () => {
      await page.fill('#find', 'legacy-deploy');
      const looked = page.locator('tr.found');
      await looked.waitFor({ state: 'visible' });
      const seen = async () =>
        await looked.evaluate((row) => {
          const { top, bottom } = row.getBoundingClientRect();
          return { text: row.textContent, isSeen: top >= 0 && bottom <= innerHeight };
        });
      const first = await seen();
      expect(first).toMatchObject({ text: expect.stringContaining('legacy-deploy'), isSeen: true });
      await page.press('#find', 'Enter');
      const next = await seen();
      expect(next).toMatchObject({ text: expect.stringContaining('legacy-deploy'), isSeen: true });
      expect(next.text).not.toBe(first.text);
      expect(await looked.count()).toBe(1);
    });

    it('says so when it found nothing, and stays where it is', async () => {
      const before = await page.evaluate(() => scrollY);
      await page.fill('#find', 'no such thing');
      await page.waitForFunction(() => document.getElementById('found')?.textContent !== '');

      expect(await found()).toMatch(/^Nothing found: 0 of \d+ rows$/);
      expect(await page.locator('tr.found').count()).toBe(0);
      expect(await page.evaluate(() => scrollY)).toBe(before);
    });

    it('ends where nothing is sought, and folds again what it unfolded', async () => {
      const before = await page.locator('tbody tr:visible').count();
      await page.fill('#find', 'legacy-deploy');
      await page.waitForFunction(() => document.getElementById('found')?.textContent !== '');
      await page.fill('#find', '');
      await page.waitForFunction(() => document.getElementById('found')?.textContent === '');

      expect(await page.locator('tbody tr:visible').count()).toBe(before);
    });

    it('shows one managed key alone, of which a part is enough', async () => {
      const { report } = written;
      await page.fill('#only', PART);
      await page.waitForFunction(() => document.getElementById('found')?.textContent !== '');

      const articles = page.locator('article:visible');
      expect(await articles.count()).toBe(1);
      expect(await articles.locator('h3').textContent()).toContain(KEY);
      expect(await cells('keys-there', 9)).toEqual([KEY]);
      const history = report.managedKeys.find(({ key }) => key === KEY);
      const ofKey = <T extends { key?: string | undefined }>(lines: readonly T[]) =>
        lines.filter(({ key }) => key === KEY);
      const rows = [report.accessKeys, report.changes, report.told, report.events].map(
        (lines) => ofKey<{ key?: string | undefined }>(lines).length,
      );
      const expected = rows.reduce((sum, count) => sum + count, history?.lives.length ?? 0);
      expect(await found()).toMatch(new RegExp(`^${expected} of`));
    });
  });

  describe('sorting', () => {
    it('works by keyboard, both ways, and says so', async () => {
      const head = page.locator('#keys-there thead th').nth(5);
      await head.locator('button').focus();
      await page.keyboard.press('Enter');
      const up = (await cells('keys-there', 6)).map(Number);
      expect(await head.getAttribute('aria-sort')).toBe('ascending');
      expect(up).toEqual([...up].sort((a, b) => a - b));
      expect(up).toHaveLength(written.report.summary.accessKeys);

      await page.keyboard.press('Space');
      const down = (await cells('keys-there', 6)).map(Number);
      expect(await head.getAttribute('aria-sort')).toBe('descending');
      expect(down).toEqual([...up].reverse());
    });

    it('sorts by one column at a time, text by text and empty cells last', async () => {
      await page.locator('#keys-there thead th').nth(0).locator('button').click();
      await page.locator('#keys-there thead th').nth(7).locator('button').click();
      const due = await cells('keys-there', 8);

      expect(await page.locator('#keys-there th[aria-sort]').count()).toBe(1);
      const dated = due.filter((text) => text !== '');
      const isDue = ({ rotateDueAt, overlap }: AccessKeyLine) => rotateDueAt !== undefined || overlap !== undefined;
      expect(dated.length).toBe(written.report.accessKeys.filter(isDue).length);
      expect(due.slice(0, dated.length)).toEqual([...dated].sort());
    });
  });

  it('a table that is wider than the window says that it scrolls, and one that is not says nothing', async () => {
    const told = async () => await page.locator('#keys-there').locator('..').getAttribute('data-scrolls');
    await expect.poll(told).toBeNull();
    await page.setViewportSize({ width: 360, height: 800 });
    await expect.poll(told).toBe('');
    await page.setViewportSize({ width: 1280, height: 800 });
    await expect.poll(told).toBeNull();
  });

  it('all is unfolded by one button, and folded again', async () => {
    const folded = async () => await page.locator('details:not([open])').count();
    const before = await folded();
    await page.locator('#unfold').press('Enter');
    expect(await folded()).toBe(0);
    await page.locator('#unfold').press('Enter');
    expect(await folded()).toBe(before);
  });

  it('a link reaches its event also when a filter hides it', async () => {
    await page.fill('#only', 'billing-008-production');
    await page.waitForFunction(() => document.getElementById('found')?.textContent !== '');
    const event = written.report.events.find(({ key }) => key === KEY);
    await page.evaluate((id) => {
      location.hash = `#e-${id}`;
    }, event?.id);

    await page.locator(`[id="e-${event?.id}"]`).waitFor({ state: 'visible' });
    expect(await page.locator('#only').inputValue()).toBe('');
  });
});
