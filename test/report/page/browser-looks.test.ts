import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR } from '../../../functions/core/duration';
import { FUNCTION_NAMES } from '../../../functions/core/names';
import { makeReport } from '../../../functions/report/judge/make-report';
import type { Report } from '../../../functions/report/judge/model';
import { renderReport } from '../../../functions/report/page/render';
import { day } from '../../core/web-shop';
import type { ARun } from '../judge/a-run';
import { AnAccount } from '../judge/account';
import { isAccessible } from './accessible';
import { inChromium, launchChromium } from './chromium';
import { colours, open, type Written, writeReport } from './opened';

const MINUTES = 4 * 60_000;

/** A year with what is told every day, under names as long as real ones. */
function aYear(managed: number): Report {
  const account = new AnAccount(managed, {}, (index) => `bitbucket-web-shop-${index}`).live(0, 365);
  for (let today = 0; today < 365; today++) {
    const check = (run: ARun) => {
      for (const { id: key, user } of account.entries) {
        const { accessKeyId } = account.current(key) ?? {};
        run.tell('check-recorded', { key, user, accessKeyId });
      }
    };
    account.run('sync', day(today, 4 * HOUR), check, randomUUID());
  }
  // As many rights as a deployment with everything on tells of.
  const rights = Array.from({ length: 30 }, (_, right) => ({
    may: `see names, versions and tags of the managed secrets (${right})`,
    who: [...FUNCTION_NAMES],
  }));
  const things = { stacks: ['Keyturn'], names: 'Keyturn-KeyRotation', topic: 'arn', keys: [] };
  const ownHistory = { from: day(275), to: day(365), changes: [], unread: [] };
  return makeReport(account.evidence(365, 0, { deployment: { things, rights }, ownHistory }));
}

inChromium('the looks of a report', () => {
  let browser: Browser;
  const written = new Map<number, Written>();
  beforeAll(async () => {
    browser = await launchChromium();
    for (const managed of [1, 50]) written.set(managed, await writeReport(managed));
  }, MINUTES);
  afterAll(async () => {
    await browser.close();
    for (const one of written.values()) one.remove();
  });
  const urlOf = (managed: number) => written.get(managed)?.url ?? '';

  describe.each([1, 50])('of %i managed keys', (managed) =>
    isAccessible(
      () => browser,
      () => urlOf(managed),
    ),
  );

  it('show on a telephone all of a change to Keyturn itself, one under the other', async () => {
    const { page } = await open(browser, urlOf(1), { viewport: { width: 360, height: 800 } });
    await page.evaluate(() => {
      for (const fold of document.querySelectorAll('details')) fold.open = true;
    });
    const [cut, heights] = await page.evaluate(() => [
      [...document.querySelectorAll('.own .frame')].filter((frame) => frame.scrollWidth > frame.clientWidth).length,
      [...document.querySelectorAll('.own caption')].map((caption) => caption.getBoundingClientRect().height),
    ]);
    expect(cut).toBe(0);
    expect(Math.max(...(heights as number[]))).toBeLessThan(60);
    await page.context().close();
  });

  it('are light or dark as the system is', async () => {
    const background = async (colorScheme: 'light' | 'dark') => {
      const { page } = await open(browser, urlOf(1), { colorScheme });
      const colour = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const picture = await page.locator('.timeline svg.marks').screenshot();
      await page.context().close();
      return { colour, ...(await colours(browser, picture)) };
    };
    const [light, dark] = [await background('light'), await background('dark')];

    expect(light.colour).toBe('rgb(255, 255, 255)');
    expect(dark.colour).toBe('rgb(20, 22, 26)');
    for (const { count, drawn } of [light, dark]) {
      expect(count).toBeGreaterThan(5);
      expect(drawn).toBeGreaterThan(0.02);
    }
  });

  it(
    'are white on paper, without the navigation, with all that was folded but days of runs, what is told every day and what deployments did',
    async () => {
      const { page } = await open(browser, urlOf(1), {
        colorScheme: 'dark',
        javaScriptEnabled: false,
        viewport: { width: 700, height: 1000 },
      });
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      const { background, wide, room, folded, months } = await page.evaluate(() => ({
        background: getComputedStyle(document.body).backgroundColor,
        wide: document.documentElement.scrollWidth,
        room: document.documentElement.clientWidth,
        folded: [...document.querySelectorAll('details tbody tr:not(.routine)')].filter(
          (row) =>
            row.closest('.runs, .ages, .own') === null &&
            (row.getBoundingClientRect().height === 0 || !row.checkVisibility({ contentVisibilityAuto: false })),
        ).length,
        months: [...document.querySelectorAll('.runs summary')].every((month) => month.checkVisibility()),
      }));

      expect(background).toBe('rgb(255, 255, 255)');
      expect(await page.locator('nav').isVisible()).toBe(false);
      expect(folded).toBe(0);
      expect(months).toBe(true);
      expect(wide).toBeLessThanOrEqual(room);
      const pdf = await page.pdf({ format: 'A4' });
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
      expect(pdf.length).toBeGreaterThan(100_000);
      await page.context().close();
    },
    MINUTES,
  );

  it.each([
    [1, 6],
    [5, 12],
  ])(
    'take of %i managed keys and a year no more than %i pages of paper',
    async (managed, most) => {
      const report = aYear(managed);
      const { page } = await open(browser, 'about:blank');
      await page.setContent(await renderReport(report, 'html'));
      const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
      const pages = pdf.match(/\/Type\s*\/Page\b/g)?.length ?? 0;
      await page.context().close();

      expect(pages).toBeGreaterThan(2);
      expect(pages).toBeLessThanOrEqual(most);
    },
    MINUTES,
  );

  it('forbid whatever is not the page itself', async () => {
    let asked = 0;
    const server = createServer((_request, response) => {
      asked += 1;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const outside = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
    const { page } = await open(browser, urlOf(1));
    const forbidden = await page.evaluate(async (url) => {
      const violations: string[] = [];
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) =>
        violations.push(effectiveDirective),
      );
      const script = document.createElement('script');
      script.textContent = 'document.title = "taken over"';
      const style = document.createElement('style');
      style.textContent = 'body { display: none }';
      const image = document.createElement('img');
      image.src = `${url}pixel.png`;
      document.body.append(script, style, image);
      await fetch(url).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 200));
      return violations.sort();
    }, outside);

    expect(forbidden).toEqual(['connect-src', 'img-src', 'script-src-elem', 'style-src-elem']);
    expect(await page.title()).toContain('Access keys of 111122223333');
    expect(asked).toBe(0);
    await page.context().close();
    server.close();
  });
});
