import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { DOCUMENTS, ROOT, read } from './documents';

const ROOMS = ['start', 'operate', 'audit', 'design'].map((room) => `docs/${room}`);

it('is four rooms, the examples and the pictures', () => {
  const folders = readdirSync(join(ROOT, 'docs'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => `docs/${name}`).sort()).toEqual([...ROOMS, 'docs/examples', 'docs/pictures'].sort());
});

it.each(ROOMS)('the index of %s says of each page in one entry what it answers', (room) => {
  const entries = [...read(`${room}/README.md`).matchAll(/^- \[[^\]]+\]\(([^)]+)\): [^\n]/gm)].map(
    ([, page = '']) => `${room}/${page}`,
  );
  const pages = DOCUMENTS.filter((path) => dirname(path) === room && path !== `${room}/README.md`);
  expect(entries).toEqual(expect.arrayContaining(pages));
});

/** Words that a newcomer reads before the two commands' output, in the README's own count. */
const MOST_WORDS = 1_300;

it('keeps the README to what a newcomer needs', () => {
  expect(read('README.md').split(/\s+/).length).toBeLessThan(MOST_WORDS);
});
