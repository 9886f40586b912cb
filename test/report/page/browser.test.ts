import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { inChromium, launchChromium } from './chromium';
import { readsWell } from './reads-well';

inChromium('a report in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
  });

  // Five hundred are in a file of their own, which takes its time.
  describe.each([1, 50])('of %i managed keys', (managed) => readsWell(managed, () => browser));
});
