import { type Document, isAlias, isMap, isPair, isScalar, visit } from 'yaml';
import type { ConfigPath } from './config-path';

/** Offset at which a path, or the nearest thing above it that exists, begins: its value, or the name it stands under. */
export function offsetOf(document: Document, path: ConfigPath, part: 'name' | 'value'): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    let name: unknown;
    let inner: unknown;
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
      );
      name = pair?.key;
      inner = pair?.value;
    } else {
      inner = typeof step === 'number' ? childAt(node, step) : undefined;
    }
    const last = depth === path.length - 1;
    const found = (last && part === 'name' ? startOf(name) : (startOf(inner) ?? startOf(name))) ?? undefined;
    if (found === undefined) return offset;
    offset = found;
    node = inner;
  }
  return offset;
}

/** The first alias whose anchor does not exist. The parser leaves it to whoever reads the values. */
export function unresolvedAlias(document: Document): { readonly name: string; readonly offset: number } | undefined {
  let found: { readonly name: string; readonly offset: number } | undefined;
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) !== undefined) return undefined;
      found = { name: alias.source, offset: startOf(alias) ?? 0 };
      return visit.BREAK;
    },
  });
  return found;
}

function childAt(node: unknown, index: number): unknown {
  const items = typeof node === 'object' && node !== null && 'items' in node ? node.items : undefined;
  return Array.isArray(items) ? items[index] : undefined;
}

function startOf(node: unknown): number | undefined {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : undefined;
}
