import { expect, it } from 'vitest';
import { describeSyntaxError } from '../../../functions/core/config/yaml-syntax';
import { joined } from '../../../functions/core/words';

it.each([
  ['DUPLICATE_KEY', '', 'keys: []', 'expected each name once in a map, found "keys" again; remove one of the two'],
  ['DUPLICATE_KEY', '', 'keys []', 'expected each name once in a map, found "keys" again; remove one of the two'],
  ['DUPLICATE_KEY', '', ': []', 'expected each name once in a map, found "" again; remove one of the two'],
  ['TAB_AS_INDENT', '', '\t', 'expected spaces, found a tab; indent with spaces'],
  ['MULTIPLE_DOCS', '', '---', 'expected one document, found another one; remove everything from the second "---" on'],
  [
    'BAD_INDENT',
    'All items\n  must start',
    '',
    'expected YAML: All items must start; correct the indentation or put the value in quotes',
  ],
])('the mistake %s (%j) at %j is told in words', (code, message, found, says) => {
  expect(joined(describeSyntaxError(code, message, found))).toBe(says);
});
