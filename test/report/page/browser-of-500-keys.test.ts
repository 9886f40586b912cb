import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { isAccessible } from './accessible';
import { inChromium, launchChromium } from './chromium';
import { type Written, writeReport } from './opened';
import { readsWell } from './reads-well';

inChromium('a report of 500 managed keys in a browser', () => {
  let browser: Browser;
  let written: Written;
  beforeAll(async () => {
    browser = await launchChromium();
    written = await writeReport(500);
  }, 180_000);
  afterAll(async () => {
    await browser.close();
    written.remove();
  });

  describe('reads well', () => readsWell(500, () => browser));
  describe('looks', () =>
    isAccessible(
      () => browser,
      () => written.url,
    ));
});
