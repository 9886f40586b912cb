import { matchOperator, type Operator } from './pattern-operators';

/** Says whether an event fits a pattern. */
export type EventMatcher = (event: unknown) => boolean;

/**
 * Reads an EventBridge event pattern once, to match many events. Every field of the pattern must fit; a list fits when
 * one of its entries does; a list in the event fits when one of its elements does.
 * Source: EventBridge User Guide, "Event patterns" and "Comparison operators".
 *
 * @throws Error that names the field, for a pattern that EventBridge would refuse or an operator not known here.
 */
export function compilePattern(pattern: unknown): EventMatcher {
  const matches = compileObject(pattern, '');
  return (event) => matches(event);
}

function compileObject(pattern: unknown, path: string): EventMatcher {
  if (!isObject(pattern)) throw invalid(path, 'must be an object or a list');
  const fields = Object.entries(pattern).map(([key, value]) => compileField(key, value, path));
  if (fields.length === 0) throw invalid(path, 'an empty object matches nothing');
  return (event) => fields.every((matches) => matches(event));
}

function compileField(key: string, value: unknown, path: string): EventMatcher {
  const here = path === '' ? key : `${path}.${key}`;
  if (key === '$or' && Array.isArray(value)) {
    if (value.length < 2) throw invalid(here, '$or needs two patterns at least');
    const choices = value.map((choice, index) => compileObject(choice, `${here}[${index}]`));
    return (event) => choices.some((matches) => matches(event));
  }
  if (Array.isArray(value)) {
    if (value.length === 0) throw invalid(here, 'an empty list matches nothing');
    const operators = value.map((entry) => compileOperator(entry, here));
    return (event) => {
      const values = leaves(isObject(event) ? event[key] : undefined);
      return operators.some((operator) => operator(values));
    };
  }
  const matches = compileObject(value, here);
  return (event) => {
    const child = isObject(event) ? event[key] : undefined;
    return Array.isArray(child) ? child.some((element) => matches(element)) : matches(child);
  };
}

function compileOperator(entry: unknown, path: string): Operator {
  try {
    return matchOperator(entry);
  } catch (error) {
    throw invalid(path, error instanceof Error ? error.message : String(error));
  }
}

/** The values that can be compared: a list counts as each of its elements, an object and a missing field as none. */
function leaves(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap(leaves);
  return value === undefined || isObject(value) ? [] : [value];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(path: string, reason: string): Error {
  return new Error(`Event pattern is not valid at ${path === '' ? 'its root' : path}: ${reason}`);
}
