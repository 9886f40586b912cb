import { expect, it } from 'vitest';
import { DOCUMENTS, read, withoutCode } from './documents';

/** What fits on a screen beside something else, and what a diff shows without breaking it. */
const WIDEST = 100;

/** Lines that cannot be broken: rows of tables, and those that hold nothing but one link or one quotation of code. */
const UNBREAKABLE = /^\||^\s*(?:[-*>]\s+|\d+\.\s+)?(?:\[[^\]]*\]\(\S+\)|`[^`]*`)[.,;:]?$/;

function tooWide(markdown: string): readonly string[] {
  return withoutCode(markdown)
    .split('\n')
    .filter((line) => [...line].length > WIDEST && !UNBREAKABLE.test(line));
}

it.each(DOCUMENTS)('no line of prose in %s is wider than a screen', (path) => {
  expect(tooWide(read(path))).toEqual([]);
});

it('sees a wide line of prose, and lets tables, code and single links be', () => {
  const word = 'word '.repeat(21).trim();
  const link = `- [page](https://example.com/${'a'.repeat(100)})`;
  expect(tooWide([word, `| ${word} |`, link, '```sh', word, '```'].join('\n'))).toEqual([word]);
});

/** A fence has a language behind it and nothing else, and stands alone on its line: else it shows as prose, or swallows the page. */
function brokenFences(markdown: string): readonly string[] {
  return markdown.split('\n').filter((line) => /```/.test(line) && !/^\s*(?:> ?)?````?(?:[a-z-]+)?$/.test(line));
}

it.each(DOCUMENTS)('every block of code in %s shows as one', (path) => {
  expect(brokenFences(read(path))).toEqual([]);
  expect(read(path).match(/^\s*(?:> ?)?```/gm)?.length ?? 0).toSatisfy((fences: number) => fences % 2 === 0);
});

it('sees a fence that a line break has lost', () => {
  expect(brokenFences('```sh read -rs TOKEN\nunset TOKEN ```')).toHaveLength(2);
  expect(brokenFences('   ```sh\n   ls\n   ```')).toEqual([]);
});
