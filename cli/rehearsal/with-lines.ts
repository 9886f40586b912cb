import { isMap, isSeq, parse, parseDocument } from 'yaml';

/**
 * Writes lines under a managed key of a `keyturn.yaml`, as a person does; all else stays, comments too.
 *
 * @param lines of YAML: settings of the key. @throws Error where the text has no such key
 */
export function withLines(text: string, id: string, lines: string): string {
  const document = parseDocument(text);
  const keys = document.get('keys');
  const key = isSeq(keys) ? keys.items.find((item) => isMap(item) && item.get('id') === id) : undefined;
  if (!isMap(key)) throw new Error(`there is no key ${id} to write ${lines.trim()} under`);
  for (const [name, value] of Object.entries(parse(lines))) key.set(name, document.createNode(value));
  return document.toString({ lineWidth: 0 });
}
