/**
 * A mistake in the YAML itself as a sentence: what was expected, what was found, what to do.
 *
 * @param code of the YAML parser's error
 * @param found the text that it points to
 */
export function describeSyntaxError(code: string, message: string, found: string): string {
  const first = found.split('\n')[0]?.trim() ?? '';
  switch (code) {
    case 'DUPLICATE_KEY':
      return `expected each name once in a map, found ${first === '' ? 'one' : `"${first}"`} again; remove one of the two`;
    case 'TAB_AS_INDENT':
      return 'expected spaces, found a tab; indent with spaces';
    case 'MULTIPLE_DOCS':
      return 'expected one document, found another one; remove everything from the second "---" on';
    case 'BAD_ALIAS':
      return `expected an anchor with this name above; correct it, or put the value in quotes (${message})`;
    default:
      return `expected YAML: ${message.replace(/\s+/g, ' ')}; correct the indentation or put the value in quotes`;
  }
}
