const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

/** A Java properties file, read as `java.util.Properties.load` says. */
export function readProperties(text: string): ReadonlyMap<string, string> {
  const properties = new Map<string, string>();
  for (const line of logicalLines(text)) {
    const [, key = '', rest = ''] = /^((?:\\.|[^\\=: \t\f])*)(.*)$/s.exec(line) ?? [];
    const [, value = ''] = /^[ \t\f]*[=:]?[ \t\f]*(.*)$/s.exec(rest) ?? [];
    properties.set(unescaped(key), unescaped(value));
  }
  return properties;
}

/** Without comments and blank lines; one that ends with an odd number of backslashes goes on in the next. */
function logicalLines(text: string): readonly string[] {
  const lines: string[] = [];
  let begun: string | undefined;
  for (const natural of text.split(/\r\n|\r|\n/)) {
    const line = natural.replace(/^[ \t\f]+/, '');
    if (begun === undefined && (line === '' || /^[#!]/.test(line))) continue;
    const whole: string = (begun ?? '') + line;
    const backslashes = /\\*$/.exec(whole)?.[0].length ?? 0;
    begun = backslashes % 2 === 1 ? whole.slice(0, -1) : undefined;
    if (begun === undefined) lines.push(whole);
  }
  return begun === undefined ? lines : [...lines, begun];
}

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_whole, code: string | undefined, other: string) =>
    code === undefined ? (ESCAPES[other] ?? other) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
