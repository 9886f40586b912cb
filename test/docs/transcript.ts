import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ROOT, read } from './documents';
import { steady } from './steady';

/** What a page may show of a command, and which of several times it does. */
export interface Shown {
  readonly command: string;
  readonly output: string;
  /** @default 0, the first time that the page has the command */
  readonly nth?: number;
  /** Key IDs that come before those of the output, so that one ID is one on the whole page. @default none */
  readonly ids?: readonly string[];
}

/**
 * A page shows what a command has printed, in a block of text below the block with the command.
 * With `KEYTURN_WRITE_PAGES` set it is written there instead.
 */
export function shows(document: string, { command, output, nth = 0, ids = [] }: Shown): void {
  const head = `\`\`\`sh\n${command}\n\`\`\`\n\n\`\`\`text\n`;
  const page = read(document);
  const parts = page.split(head);
  const after = parts[nth + 1];
  if (after === undefined) throw new Error(`${document} does not show ${command} with a block of text below it.`);
  const [, ...rest] = after.split('\n```\n');
  parts[nth + 1] = [steady(output, ids), ...rest].join('\n```\n');
  if (process.env.KEYTURN_WRITE_PAGES !== undefined) writeFileSync(join(ROOT, document), parts.join(head));
  else expect(page).toBe(parts.join(head));
}
