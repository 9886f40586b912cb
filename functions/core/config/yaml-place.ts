import { type Document, isAlias, isMap, isNode, isScalar, isSeq, visit } from 'yaml';
import type { ConfigPath } from './config-path';

/** Offset at which a path, or the nearest thing above it that exists, begins: its value, or the name it stands under. */
export function offsetOf(document: Document, path: ConfigPath, part: 'name' | 'value'): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, step] of path.entries()) {
    const { name, value } = childAt(isAlias(node) ? node.resolve(document) : node, step);
    const isLast = depth === path.length - 1;
    const found = isLast && part === 'name' ? startOf(name) : (startOf(value) ?? startOf(name));
    if (found === undefined) return offset;
    offset = found;
    node = value;
  }
  return offset;
}

/** The path of the innermost value or name that an offset stands in; that of the file where it stands beside all. */
export function pathAt(document: Document, offset: number): ConfigPath {
  const path: PropertyKey[] = [];
  let node: unknown = document.contents;
  while (node !== undefined) {
    const inside: { readonly step: PropertyKey; readonly value?: unknown } | undefined = childrenOf(node).find(
      ({ nodes }) => nodes.some((one) => covers(one, offset)),
    );
    if (inside === undefined) break;
    path.push(inside.step);
    node = inside.value;
  }
  return path;
}

function childrenOf(node: unknown) {
  if (isSeq(node)) return node.items.map((value, step) => ({ step, value, nodes: [value] }));
  if (!isMap(node)) return [];
  return node.items.map(({ key, value }) => {
    const step = isScalar(key) ? String(key.value) : '';
    return { step, value, nodes: [key, value] };
  });
}

function covers(node: unknown, offset: number): boolean {
  const [start = 0, end = 0] = (isNode(node) ? node.range : undefined) ?? [];
  return start <= offset && offset < end;
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

/** An item of a map with its name, or one of a list. */
function childAt(node: unknown, step: PropertyKey): { readonly name?: unknown; readonly value?: unknown } {
  if (isSeq(node)) return { value: node.items[Number(step)] };
  const pair = isMap(node)
    ? node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
    : undefined;
  return { name: pair?.key, value: pair?.value };
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
