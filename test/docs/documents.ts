import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const ROOT = join(__dirname, '..', '..');

/** Every Markdown file that people read, by its path from the root of a checkout. */
export function documentsIn(root: string): readonly string[] {
  return [
    ...readdirSync(root).filter((name) => name.endsWith('.md')),
    ...readdirSync(join(root, 'docs'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  ].sort();
}

export const DOCUMENTS = documentsIn(ROOT);

export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The text without blocks of code, whose brackets and hashes are no Markdown. */
export function withoutCode(markdown: string): string {
  return markdown.replace(/^ *```[\s\S]*?^ *```$/gm, '');
}
