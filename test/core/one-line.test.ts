import { expect, it } from 'vitest';
import { clipped, oneLine } from '../../functions/core/one-line';

it.each([
  ['abcdef', 6, 'abcdef'],
  ['abcdef', 5, 'ab...'],
  ['abcdef', 3, '...'],
  ['abcdef', 2, '...'],
  ['a🔑🔑🔑', 5, 'a...'],
  ['a🔑🔑🔑', 6, 'a🔑...'],
])('%j in %i characters is %j', (text, most, short) => {
  expect(clipped(text, most)).toBe(short);
});

it.each([
  ['a\r\n\tb', 'a b'],
  ['a\u2028\u2029b', 'a b'],
  [' a\u00adb\u202e ', ' a b  '],
  ['a  b', 'a  b'],
])('%j on one line is %j', (text, line) => {
  expect(oneLine(text)).toBe(line);
});
