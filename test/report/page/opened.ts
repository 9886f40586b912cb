import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Report } from '../../../functions/report/judge/model';
import { renderReport } from '../../../functions/report/page/render';
import { sampleReport } from './sample-report';

/** A report that was written to a file as its readers get it. */
export interface Written {
  readonly report: Report;
  readonly html: string;
  readonly url: string;
  remove(): void;
}

export async function writeReport(managed: number): Promise<Written> {
  const report = sampleReport(managed);
  const html = await renderReport(report, 'html');
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-report-'));
  const file = join(folder, 'report.html');
  writeFileSync(file, html);
  return { report, html, url: pathToFileURL(file).href, remove: () => rmSync(folder, { recursive: true }) };
}

/** A page with what it did that it should not do. */
export interface Opened {
  readonly page: Page;
  /** Requests for anything but the file itself. */
  readonly requests: readonly string[];
  /** Errors and warnings on the console, uncaught errors, dialogs. */
  readonly complaints: readonly string[];
}

export async function open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => {
    if (request.url().split('#')[0] !== url.split('#')[0]) requests.push(request.url());
  });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', async (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  await page.goto(url);
  return { page, requests, complaints };
}

/** Lays out everything, also what is far below: what is not laid out cannot stick out. */
export async function layOutAll(page: Page, { unfolded }: { unfolded: boolean }): Promise<void> {
  await page.evaluate((isUnfolded) => {
    document.styleSheets[0]?.insertRule('article,.timeline{content-visibility:visible!important}');
    if (isUnfolded) for (const fold of document.querySelectorAll('details')) fold.open = true;
  }, unfolded);
}

/** How many colours a screenshot has, and the part of it that is not of the commonest one. */
export async function colours(browser: Browser, png: Buffer): Promise<{ count: number; drawn: number }> {
  const page = await browser.newPage();
  try {
    return await page.evaluate(
      async (data) => {
        const image = new Image();
        image.src = data;
        await image.decode();
        const canvas = document.createElement('canvas');
        canvas.width = image.width;
        canvas.height = image.height;
        const context = canvas.getContext('2d');
        if (context === null) throw new Error('This browser draws no pictures.');
        context.drawImage(image, 0, 0);
        const pixels = new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer);
        const counts = new Map<number, number>();
        for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
        return { count: counts.size, drawn: 1 - Math.max(...counts.values()) / pixels.length };
      },
      `data:image/png;base64,${png.toString('base64')}`,
    );
  } finally {
    await page.close();
  }
}
