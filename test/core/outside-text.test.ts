import { describe, expect, it } from 'vitest';
import { cleaned } from '../../functions/core/outside-text';

describe('a text from outside', () => {
  it.each([
    ['a line break', 'Prod\r\nRun 1 of rotate', 'Prod Run 1 of rotate'],
    ['a line separator', 'Prod\u2028uction', 'Prod uction'],
    ['a terminal’s escape', 'Prod\u001b[2Juction', 'Prod [2Juction'],
    ['a turned direction', 'Prod\u202enoitcu', 'Prod noitcu'],
    ['an isolate', 'Prod\u2066uction\u2069', 'Prod uction'],
    ['something unseen', 'Pro\u200bd\ufeffu\u00adction', 'Pro d u ction'],
    ['a letter that shows nothing', 'Prod\u3164uction', 'Prod uction'],
    ['half a character', 'Prod\ud83d', 'Prod'],
    ['nothing but blanks', ' \t ', ''],
  ])('is on one line without %s', (_what, text, shown) => {
    expect(cleaned(text)).toBe(shown);
  });

  it('stays as it is where nothing is wrong with it', () => {
    for (const text of ['Production', 'Köln (Süd) 2', '本番環境', 'a "b" \\c <d>']) expect(cleaned(text)).toBe(text);
  });

  it('is bounded in characters and in bytes, and never ends in half a character', () => {
    expect(cleaned('x'.repeat(1_200_000))).toBe(`${'x'.repeat(197)}...`);
    expect(cleaned('abcdef', 5)).toBe('ab...');
    expect(cleaned('🔑🔑🔑', 5)).toBe('🔑...');
    expect(cleaned('本'.repeat(100), 100, 60)).toBe(`${'本'.repeat(17)}...`);
    expect(cleaned('本'.repeat(20), 100, 60)).toBe('本'.repeat(20));
  });

  it('is whole where it has as many characters and bytes as it may', () => {
    expect(cleaned('x'.repeat(60), 100, 60)).toBe('x'.repeat(60));
    expect(cleaned('x'.repeat(61), 100, 60)).toBe(`${'x'.repeat(17)}...`);
    expect(cleaned(`a${'\u200b'.repeat(1_599)}`)).toBe('a');
    expect(cleaned(`a${'\u200b'.repeat(1_600)}`)).toBe('a...');
  });

  it('says that it was longer, although what was looked at first shows nothing', () => {
    expect(cleaned(`a${'\u200b'.repeat(2_000)}b`)).toBe('a...');
  });
});
