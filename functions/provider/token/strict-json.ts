/** The tokens of a JSON text that structure is made of; what stands between them are numbers, literals and blanks. */
const STRUCTURE = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g;

/**
 * A JSON object that every parser reads alike: no name stands in it twice, and none is `__proto__`. undefined for any
 * other text.
 */
export function strictObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !hasPlainNames(text)) return undefined;
  return value as Readonly<Record<string, unknown>>;
}

/** @param json a text that parses */
function hasPlainNames(json: string): boolean {
  const open: (Set<string> | undefined)[] = [];
  let last = '';
  for (const [token] of json.matchAll(STRUCTURE)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const name = String(JSON.parse(last));
      const names = open.at(-1);
      if (name === '__proto__' || names?.has(name)) return false;
      names?.add(name);
    } else last = token;
  }
  return true;
}
