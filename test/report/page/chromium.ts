import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { describe, expect, it } from 'vitest';

const CHROMIUM = process.env.KEYTURN_CHROMIUM ?? '/usr/bin/chromium';

/**
 * Tests in a real browser. A laptop without Chromium is told loudly what was not run; where a machine checks, that is a
 * failure.
 */
export function inChromium(name: string, tests: () => void): void {
  if (existsSync(CHROMIUM)) {
    describe(name, tests);
    return;
  }
  const cure = `There is no ${CHROMIUM}. Run .ci/chromium, or set KEYTURN_CHROMIUM to the path of a Chromium or Chrome.`;
  if (process.env.CI !== undefined) {
    describe(name, () => {
      it('has a browser', () => expect.fail(cure));
    });
    return;
  }
  const bar = '='.repeat(80);
  console.error(`\n${bar}\nNOT RUN: the report in a browser, ${name}.\n${cure}\n${bar}\n`);
  describe.skip(name, tests);
}

/** Chromium without a screen, a sandbox (it may run as root) and any traffic of its own. */
export async function launchChromium(): Promise<Browser> {
  return await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
