import type { Words } from '../words';

/**
 * A mistake in the YAML itself as a sentence: what was expected, what was found, what to do.
 *
 * @param code of the YAML parser's error
 * @param found the text from where it points to
 */
export function describeSyntaxError(code: string, message: string, found: string): Words {
  switch (code) {
    case 'DUPLICATE_KEY':
      return {
        message: `expected each name once in a map, found "${found.split(/[\s:]/, 1)[0]}" again`,
        cure: 'remove one of the two',
      };
    case 'TAB_AS_INDENT':
      return { message: 'expected spaces, found a tab', cure: 'indent with spaces' };
    case 'MULTIPLE_DOCS':
      return {
        message: 'expected one document, found another one',
        cure: 'remove everything from the second "---" on',
      };
    default:
      return {
        message: `expected YAML: ${message.replace(/\s+/g, ' ')}`,
        cure: 'correct the indentation or put the value in quotes',
      };
  }
}

export function describeUnresolvedAlias(name: string): Words {
  return {
    message: `expected an anchor "&${name}" above, found none`,
    cure: 'correct the name, or put the value in quotes',
  };
}

export const TOO_MANY_ALIASES: Words = {
  message: 'expected plain YAML, found aliases that multiply without end',
  cure: 'write the values out',
};
