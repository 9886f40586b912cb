import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ROOT, read } from './documents';

/** Key IDs of AWS's own documentation, in the order in which a page shows them. */
const EXAMPLES = ['AKIAIOSFODNN7EXAMPLE', 'AKIAI44QH8DHBEXAMPLE', 'AKIAI33QH7DHAEXAMPLE'];

/** What a command has printed, with key IDs and a time of day that stay the same from run to run. */
function steady(output: string, ids: readonly string[]): string {
  const all = [...new Set([...ids, ...(output.match(/AKIA[A-Z0-9]{16}/g) ?? [])])];
  const known = all.reduce((text, id, n) => text.replaceAll(id, EXAMPLES[n] ?? id), output.trimEnd());
  // The client's name has the machine's kernel in it.
  return known
    .replaceAll(/ \d\d:\d\d UTC/g, ' 09:00 UTC')
    .replaceAll(/aws-sdk-js\/[\s\S]*?\blang\/\S*/g, 'aws-sdk-js/3');
}

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
