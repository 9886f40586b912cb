import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { DOCUMENTS, read } from '../documents';
import { PICTURES, sessions } from './pictures';
import { pictureOf, textOf } from './terminal-picture';

it('the pictures show what the commands say today: npm run pictures makes them again', async () => {
  for (const [file, session] of await sessions()) {
    const picture = read(file);
    expect(textOf(picture), file).toBe(textOf(pictureOf(session)));
    const plain = stripVTControlCharacters(session.output).trimEnd();
    expect(textOf(picture)).toBe(`$ ${session.command}\n\n${plain}`);
    expect(picture.length).toBeLessThan(20_000);
    expect(picture).toMatch(/class="(green|red|yellow|dim|bold)/);
  }
}, 120_000);

it.each(Object.keys(PICTURES))('%s is on a page', (file) => {
  expect(DOCUMENTS.some((page) => read(page).includes(file.split('/').at(-1) ?? ''))).toBe(true);
});
