import { describe, expect, it } from 'vitest';
import { COMMAND_NAMES } from '../../cli/run';
import { scripts } from '../../package.json';
import { typed } from '../cli/typed';
import { read } from './documents';
import { isLeftOut, LEFT_OUT } from './lived/left-out';
import { PAGES } from './lived/pages';
import { blocksOf, inlineCommandsOf, LIVED_PAGES } from './lived/statements';

const statements = LIVED_PAGES.flatMap((page) =>
  blocksOf(page).flatMap((block) => block.statements.map(({ text }) => ({ page, text }))),
);
const inline = [...new Set(LIVED_PAGES.flatMap(inlineCommandsOf))];

describe('the list of commands that the pages have and no test runs there', () => {
  it('is short: all others are run, in a world of their own, by the deep suites', () => {
    expect(statements.length).toBeGreaterThan(250);
    const left = statements.filter(({ page, text }) => LEFT_OUT.some((one) => isLeftOut(one, page, text)));
    expect(left.length).toBeLessThan(statements.length / 7);
  });

  it.each(LEFT_OUT)('$begins is on a page, and has a reason', (one) => {
    expect(statements.filter(({ page, text }) => isLeftOut(one, page, text))).not.toEqual([]);
    expect(one.why).toMatch(/^\S.{20,}\.$/);
  });

  it('what is told of a page is told of one that is there, and of commands that it has', () => {
    const told = Object.entries(PAGES).flatMap(([page, { exits = {}, prints = {}, as = {} }]) =>
      Object.keys({ ...exits, ...prints, ...as }).map((begins) => ({ page, begins })),
    );
    expect(Object.keys(PAGES).filter((page) => !LIVED_PAGES.includes(page))).toEqual([]);
    const of = ({ page, begins }: { page: string; begins: string }) =>
      statements.some((one) => one.page === page && one.text.startsWith(begins));
    expect(told.filter((one) => !of(one))).toEqual([]);
  });

  it('misses no command that stands in a block of another kind', () => {
    const others = LIVED_PAGES.flatMap((page) =>
      [...read(page).matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```$/gm)]
        .filter(([, kind = '', body = '']) => /^(text)?$/.test(kind) && /^ *(aws|npx|npm|keyturn) [a-z]/m.test(body))
        .map(([, , body]) => `${page}: ${body}`),
    );
    // What a command prints of itself, and what npm start prints.
    expect(
      others.filter((text) => !/^docs\/operate\/(cli|doctor)\.md: |^docs\/start\/init\.md: keyturn init: /.test(text)),
    ).toEqual([]);
  });
});

describe('a command in the text of a page', () => {
  it('is one that there is, with options that it has', async () => {
    const unknown: string[] = [];
    for (const command of inline) {
      const [, name = '', rest = ''] =
        /^(?:npx keyturn|keyturn|npm run (?:--silent )?keyturn --) ([a-z-]+)(.*)$/.exec(command) ?? [];
      if (name === '') continue;
      if (!COMMAND_NAMES.includes(name)) unknown.push(command);
      else {
        const { stdout } = await typed([name, '--help']);
        for (const [option] of rest.matchAll(/--[a-z-]+/g)) if (!stdout.includes(option)) unknown.push(command);
      }
    }
    expect(unknown).toEqual([]);
  });

  it('of npm is one of its scripts', () => {
    const named = inline.flatMap((command) => /^npm run (?:--silent )?([a-z:]+)/.exec(command)?.[1] ?? []);
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((name) => !Object.keys(scripts).includes(name.split(':')[0] ?? ''))).toEqual([]);
  });
});
