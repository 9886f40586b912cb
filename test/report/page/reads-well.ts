import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { colours, layOutAll, type Opened, open, type Written, writeReport } from './opened';
import { HOSTILE_USERS } from './sample-report';

const MINUTES = 3 * 60_000;

/** What holds of a report of any size. @param browser one for all the tests of a file */
export function readsWell(managed: number, browser: () => Browser): void {
  let written: Written;
  let opened: Opened;
  beforeAll(async () => {
    written = await writeReport(managed);
    opened = await open(browser(), written.url);
  }, MINUTES);
  afterAll(async () => {
    await opened.page.context().close();
    written.remove();
  });

  it('answers, and names what happened without Keyturn, on the first screen', async () => {
    const { page } = opened;
    const seen = async (selector: string) =>
      await page.evaluate((selected) => {
        const isSeen = (element: Element) => {
          const { top, bottom, height } = element.getBoundingClientRect();
          return height > 0 && top >= 0 && bottom <= window.innerHeight;
        };
        return [...document.querySelectorAll<HTMLElement>(selected)].filter(isSeen).map(({ innerText }) => innerText);
      }, selector);

    expect(await seen('h1')).toEqual(['Access keys of AWS account 111122223333']);
    expect((await seen('.answer')).join()).toMatch(/Are we compliant\? No\./);
    expect((await seen('.answer')).join()).toContain(written.report.summary.headline);
    const odd = written.report.attention.filter(
      ({ kind, severity }) => kind === 'without-keyturn' && severity === 'high',
    );
    expect(odd).toHaveLength(2);
    const items = (await seen('.attention li')).join('\n');
    for (const { title } of odd) expect(items).toContain(title);
    expect((await seen('.numbers dd')).length).toBe(23);
  });

  it(
    'has its pictures, and they are not empty',
    async () => {
      const { page } = opened;
      const charts = page.locator('figure.chart svg.marks');
      const lives = written.report.managedKeys.flatMap((key) => key.lives);

      expect(await charts.count()).toBe(Math.ceil(managed / 25) + 1);
      expect(await page.locator('.timeline .mark-rect path').count()).toBeGreaterThanOrEqual(lives.length);
      expect(await page.locator('.timeline .role-mark.mark-text text').count()).toBe(managed);
      for (const chart of [charts.first(), page.locator('figure.chart:not(.timeline) svg.marks')]) {
        const box = await chart.boundingBox();
        expect(box?.width).toBeGreaterThan(800);
        expect(box?.height).toBeGreaterThan(50);
        const { count, drawn } = await colours(browser(), await chart.screenshot());
        expect(count).toBeGreaterThan(5);
        expect(drawn).toBeGreaterThan(0.02);
      }
    },
    MINUTES,
  );

  it(
    'has every link lead to a place of its own',
    async () => {
      const { dead, links, doubled } = await opened.page.evaluate(() => {
        const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
        const known = new Set(ids);
        const targets = [...document.querySelectorAll('a')]
          .map((link) => link.getAttribute('href') ?? link.getAttribute('xlink:href') ?? '')
          .filter((href) => href.startsWith('#'));
        const lost = targets.filter((href) => !known.has(decodeURIComponent(href.slice(1))));
        return { dead: lost, links: targets.length, doubled: ids.length - known.size };
      });

      expect(links).toBeGreaterThan(30 * managed);
      expect(dead).toEqual([]);
      expect(doubled).toBe(0);
    },
    MINUTES,
  );

  it('keeps hostile names as text', async () => {
    const { page } = opened;

    expect(await page.locator('script').count()).toBe(1);
    const users = await page.locator('#keys-there tbody td:first-child').allTextContents();
    for (const user of HOSTILE_USERS) expect(users).toContain(user);
  });

  it(
    'sticks out nowhere',
    async () => {
      const { page } = opened;
      // With 500 keys it is what a reader gets who scrolls nowhere; their rows are made as those of the fifty are.
      if (managed <= 50) await layOutAll(page, { unfolded: managed === 1 });
      for (const width of [360, 1280, 1920]) {
        await page.setViewportSize({ width, height: 800 });
        const widths = () =>
          page.evaluate(() => ({
            wide: document.documentElement.scrollWidth,
            room: document.documentElement.clientWidth,
          }));
        // A page of charts is laid out anew a moment after its window was resized.
        await expect
          .poll(async () => (await widths()).wide - (await widths()).room, { message: `at ${width} px` })
          .toBeLessThanOrEqual(0);
        const { room } = await widths();
        expect(room, `at ${width} px`).toBeGreaterThan(width - 30);
      }
    },
    MINUTES,
  );

  it('shows every column at 1280 px, or says that a table scrolls', async () => {
    const { page } = opened;
    await page.setViewportSize({ width: 1280, height: 800 });
    if (managed === 1) await layOutAll(page, { unfolded: true });
    const cut = () =>
      page.evaluate(() =>
        [...document.querySelectorAll('.frame')]
          .filter((frame) => frame.checkVisibility({ contentVisibilityAuto: true }))
          .filter((frame) => frame.scrollWidth > frame.clientWidth + 1 && !frame.hasAttribute('data-scrolls'))
          .map((frame) => frame.querySelector('table')?.id),
      );
    await expect.poll(cut).toEqual([]);
    const scrolling = await page.locator('.frame[data-scrolls] table').evaluateAll((all) => all.map(({ id }) => id));
    expect(scrolling.filter((id) => /^(keys|changes|exceptions|controls)/.test(id))).toEqual([]);
  });

  it('asks for nothing, and complains of nothing', () => {
    expect(opened.requests).toEqual([]);
    expect(opened.complaints).toEqual([]);
  });

  it(
    'can be read without scripts',
    async () => {
      const event = written.report.events[Math.floor(written.report.events.length / 2)];
      const { page, requests, complaints } = await open(browser(), `${written.url}#e-${event?.id}`, {
        javaScriptEnabled: false,
      });
      try {
        expect(await page.locator('#tools').isVisible()).toBe(false);
        expect(await page.locator('thead button').count()).toBe(0);
        expect(await page.locator('h1').innerText()).toContain('111122223333');
        expect(await page.locator('#keys-there tbody tr').count()).toBe(written.report.summary.accessKeys);
        // A link to an event unfolds what it is in, by the browser alone.
        expect(await page.locator(`[id="e-${event?.id}"]`).isVisible()).toBe(true);
        expect([...requests, ...complaints]).toEqual([]);
      } finally {
        await page.context().close();
      }
    },
    MINUTES,
  );
}
