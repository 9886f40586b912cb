import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { layOutAll, open } from './opened';

const MINUTES = 4 * 60_000;
const AXE = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');

/** Serious and critical faults, each with where it is. */
async function faults(page: Page): Promise<readonly string[]> {
  await page.addScriptTag({ content: AXE });
  const { violations } = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } };
    return await axe.run({ resultTypes: ['violations'] });
  });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help} ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
}

/** A page for those who see or use it otherwise. @param browser one for all the tests of a file */
export function isAccessible(browser: () => Browser, url: () => string): void {
  it.each(['light', 'dark'] as const)(
    'have no serious fault for those who see or use it otherwise, %s',
    async (colorScheme) => {
      const { page } = await open(browser(), url(), { colorScheme, bypassCSP: true });
      try {
        // Thousands of rows are made alike: a few of each table are looked at, all of them unfolded.
        await page.evaluate(() => {
          for (const body of document.querySelectorAll('tbody')) {
            for (const row of [...body.children].slice(6)) row.remove();
          }
          for (const article of [...document.querySelectorAll('article')].slice(20)) article.remove();
          for (const part of [...document.querySelectorAll('.timeline')].slice(3)) part.remove();
        });
        await layOutAll(page, { unfolded: true });
        expect(await faults(page)).toEqual([]);
      } finally {
        await page.context().close();
      }
    },
    MINUTES,
  );
}
