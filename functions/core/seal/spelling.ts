/**
 * Whether every program reads the same in a JSON text that `JSON.parse` reads. Blanks, escapes, the order of fields and
 * `1e0` for 1 are no matter. Two fields of one name are (RFC 8259, section 4: some take the first, some the last), and so
 * is a number of more digits than a double has (section 6).
 *
 * @param document the same, read
 */
export function isUnambiguous(text: string, document: unknown): boolean {
  // What JSON.stringify has written is; to look closer takes longer.
  if (JSON.stringify(document) === text.trim()) return true;
  const tokens = text.match(TOKEN) ?? [];
  return tokens.filter((token) => /^[-\d]/.test(token)).every(isExact) && !hasDoubledName(tokens);
}

/** Strings, numbers, and what opens, closes and names; the rest means nothing here. */
const TOKEN = /"(?:[^"\\]+|\\.)*"|-?\d[\d.eE+-]*|[{}:]/g;

function hasDoubledName(tokens: readonly string[]): boolean {
  /** Names of the fields of each object that is open. */
  const open: Set<string>[] = [];
  return tokens.some((token, at) => {
    if (token === '{') open.push(new Set());
    if (token === '}') open.pop();
    if (token !== ':') return false;
    const name: string = JSON.parse(tokens[at - 1] ?? '');
    const isDoubled = open.at(-1)?.has(name) === true;
    open.at(-1)?.add(name);
    return isDoubled;
  });
}

/** Whether a double holds just this number. */
function isExact(number: string): boolean {
  return decimal(number) === decimal(String(Number(number)));
}

/** Sign, digits and power of ten, in one spelling. */
function decimal(number: string): string {
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  return `${sign}${significant}e${Number(power) - fraction.length + digits.length - significant.length}`;
}
