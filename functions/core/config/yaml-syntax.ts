/**
 * A mistake in the YAML itself as a sentence: what was expected, what was found, what to do.
 *
 * @param code of the YAML parser's error
 * @param found the text from where it points to
 */
export function describeSyntaxError(code: string, message: string, found: string): string {
  switch (code) {
    case 'DUPLICATE_KEY':
      return `expected each name once in a map, found "${found.split(/[\s:]/, 1)[0]}" again; remove one of the two`;
    case 'TAB_AS_INDENT':
      return 'expected spaces, found a tab; indent with spaces';
    case 'MULTIPLE_DOCS':
      return 'expected one document, found another one; remove everything from the second "---" on';
    default:
      return `expected YAML: ${message.replace(/\s+/g, ' ')}; correct the indentation or put the value in quotes`;
  }
}

export function describeUnresolvedAlias(name: string): string {
  return `expected an anchor "&${name}" above, found none; correct the name, or put the value in quotes`;
}

export const TOO_MANY_ALIASES = 'expected plain YAML, found aliases that multiply without end; write the values out';
