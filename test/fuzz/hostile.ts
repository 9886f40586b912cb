import * as fc from 'fast-check';

/** Names that reach into a JavaScript object's prototype. */
const PROTOTYPE_KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'];

/** Any text: control characters, lone surrogates, right-to-left marks, long runs. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.constantFrom('', '\0', '\ud800', '\u202e', '🔑', '%7B', '../..', 'NaN', '1e999', ...PROTOTYPE_KEYS),
  fc.nat({ max: 20_000 }).map((length) => 'x'.repeat(length)),
);

/** Any JSON value, with names of the prototype chain among its keys. */
export const anyJson: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    anyText,
    fc.constantFrom(null, true, false, 0, -1, 1e308, 0.1, Number.MAX_SAFE_INTEGER),
    fc.array(tie('value'), { maxLength: 5 }),
    fc
      .array(fc.tuple(fc.oneof(anyText, fc.constantFrom(...PROTOTYPE_KEYS)), tie('value')), { maxLength: 5 })
      .map((entries) => Object.fromEntries(entries)),
  ),
})).value;

/** A text of JSON that nests so deeply that a careless walk runs out of stack. */
export function deepJson(depth: number): string {
  return `${'{"a":['.repeat(depth)}1${']}'.repeat(depth)}`;
}

/** A valid value with one thing in it replaced, left out, or added by a prototype key. */
export function mutated(valid: unknown): fc.Arbitrary<unknown> {
  const paths = pathsIn(valid);
  return fc
    .tuple(fc.constantFrom(...paths), fc.oneof(anyJson, fc.constant(undefined)), fc.constantFrom('set', 'add'))
    .map(([path, value, how]) => replaced(valid, path, value, how === 'add'));
}

/** A text that was cut off, or into which something was put. */
export function damaged(valid: string): fc.Arbitrary<string> {
  return fc
    .tuple(fc.nat(valid.length), fc.nat(valid.length), anyText)
    .map(([from, to, text]) => valid.slice(0, Math.min(from, to)) + text + valid.slice(Math.max(from, to)))
    .filter((text) => text.trim() !== valid.trim());
}

type Path = readonly string[];

function pathsIn(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsIn(inner, [...path, key]))];
}

function replaced(value: unknown, [head, ...rest]: Path, by: unknown, adds: boolean): unknown {
  if (head === undefined || typeof value !== 'object' || value === null) {
    if (!adds || typeof value !== 'object' || value === null) return by;
    return Array.isArray(value) ? [...value, by] : Object.fromEntries([...Object.entries(value), ['__proto__', by]]);
  }
  const entries = Object.entries(value).map(([key, inner]) => [
    key,
    key === head ? replaced(inner, rest, by, adds) : inner,
  ]);
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

/** Whether nobody has reached into the prototype of all objects. */
export function isPrototypeClean(): boolean {
  return Object.keys(Object.prototype).length === 0 && ({} as Record<string, unknown>).polluted === undefined;
}
