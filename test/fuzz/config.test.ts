import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { parseConfig } from '../../functions/core/config/parse-config';
import { anyText, damaged, isPrototypeClean, mutated } from './hostile';

const EXAMPLE = readFileSync(join(__dirname, '..', '..', 'docs', 'examples', 'many-keys.yaml'), 'utf8');

/** Every text is a configuration or a list of mistakes, each with its place. */
function expectAnswer(text: string): void {
  const { config, problems } = parseConfig(text);
  expect(config === undefined).toBe(problems.length > 0);
  for (const { line, column, message, cure } of problems) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(message).not.toBe('');
    expect(cure).not.toBe('');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what steers a terminal
    expect(`${message}${cure}`).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  }
}

afterEach(() => expect(isPrototypeClean()).toBe(true));

describe('keyturn.yaml', () => {
  it('is a configuration or names its mistakes, whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyText,
          damaged(EXAMPLE),
          mutated(parse(EXAMPLE)).map((value) => stringify(value ?? null)),
        ),
        expectAnswer,
      ),
      { numRuns: 300 },
    );
  });

  it('K6: never repeats a token, wherever it stands', () => {
    const token = `ATCTT3xFfGN0${'x1Y-'.repeat(20)}=0A1B2C3D`;
    const anywhere = fc.nat({ max: EXAMPLE.length });
    fc.assert(
      fc.property(anywhere, (at) => {
        const { config, problems } = parseConfig(`${EXAMPLE.slice(0, at)}${token}${EXAMPLE.slice(at)}`);
        expect(config).toBeUndefined();
        expect(problems.filter(({ message }) => message.includes('no secret in this file')).length).toBeGreaterThan(0);
        expect(JSON.stringify(problems)).not.toMatch(/ATCTT3|x1Y-/);
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['lists without end', '['.repeat(20_000)],
    ['maps without end', `${'{a: '.repeat(20_000)}`],
    ['indentation without end', Array.from({ length: 2_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    [
      'aliases that multiply',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'.replace(/./g, (name, at) => `${name}: &${name} [${`*${'abcdefgh'[at]},`.repeat(9)}]\n`)}keys: *h\n`,
    ],
    ['an alias of itself', 'keys: &a [*a]\n'],
    ['a merge of the prototype', '__proto__: {polluted: yes}\nkeys: [{__proto__: {id: a}, id: b, user: c}]\n'],
    ['a tag that asks for code', 'keys: !!js/function "function(){}"\n'],
    ['a key that is a map', '? {a: b}\n: c\n'],
    ['a million characters', `keys: "${'x'.repeat(1_000_000)}"\n`],
    ['thousands of empty keys', `keys:\n${'  - {}\n'.repeat(3_000)}`],
  ])('with %s is refused in no time', (_what, text) => {
    const start = performance.now();
    expectAnswer(text);
    expect(parseConfig(text).config).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(8_000);
  });
});
