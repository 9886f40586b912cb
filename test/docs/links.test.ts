import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { DOCUMENTS, ROOT, read, withoutCode } from './documents';

/** What GitHub makes of headings: small letters, no punctuation, hyphens for spaces, numbers for those that come again. */
function anchorsOf(path: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutCode(read(path)).matchAll(/^#{1,6} (.+)$/gm)) {
    const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = text
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-');
    let unique = anchor;
    for (let again = 1; anchors.has(unique); again += 1) unique = `${anchor}-${again}`;
    anchors.add(unique);
  }
  return anchors;
}

/** What is wrong with a document's links; links to the web are not followed. */
function brokenLinks(path: string): readonly string[] {
  const links = [
    ...withoutCode(read(path))
      .replace(/`[^`\n]*`/g, 'code')
      .matchAll(/\]\(([^)\s]+)\)/g),
  ].map(([, to = '']) => to);
  return links.filter((link) => {
    if (/^(https?|mailto):/.test(link)) return false;
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? path : relative(ROOT, join(ROOT, dirname(path), file));
    if (!existsSync(join(ROOT, target))) return true;
    if (anchor === undefined) return false;
    return statSync(join(ROOT, target)).isDirectory() || !anchorsOf(target).has(anchor);
  });
}

it.each(DOCUMENTS)('every link in %s leads somewhere', (path) => {
  expect(brokenLinks(path)).toEqual([]);
});
