import { configJsonSchema } from './config';
import type { KnownSettings } from './config-issue';
import type { ConfigPath } from './config-path';
import { valueAt } from './config-path';

/** Names of the settings that may stand at a path, from the JSON Schema that also serves editors. @param value the whole file */
export function knownSettings(path: ConfigPath, value: unknown): KnownSettings {
  let schema: unknown = configJsonSchema();
  for (const step of path) {
    schema = typeof step === 'number' ? valueAt(schema, ['items']) : settingOf(schema, step);
  }
  const alternatives = alternativesOf(schema);
  const given = valueAt(value, path);
  const own =
    alternatives.find(({ marks }) => marks.some((mark) => valueAt(given, [mark]) !== undefined)) ??
    alternatives.find(({ marks }) => marks.length === 0);
  const names = namesIn(own?.schema);
  const others = alternatives
    .flatMap(({ schema: other, marks }) => namesIn(other).map((name) => [name, marks[0]] as const))
    .filter(([name]) => !names.includes(name));
  return {
    own: names,
    mark: own?.marks.find((mark) => valueAt(given, [mark]) !== undefined),
    others: new Map(others),
  };
}

function namesIn(schema: unknown): readonly string[] {
  const properties = valueAt(schema, ['properties']);
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
}

function settingOf(schema: unknown, name: PropertyKey): unknown {
  for (const { schema: one } of alternativesOf(schema)) {
    const setting = valueAt(one, ['properties', name]) ?? valueAt(one, ['additionalProperties']);
    if (setting !== undefined) return setting;
  }
  return undefined;
}

interface Alternative {
  readonly schema: unknown;
  /** Settings of which one tells that this is meant; none for what is meant otherwise. */
  readonly marks: readonly string[];
}

/** What may stand at one place: the hosts' items, of which the first one's is the last resort. */
function alternativesOf(schema: unknown): readonly Alternative[] {
  const otherwise = valueAt(schema, ['else']);
  if (otherwise === undefined) return [{ schema, marks: [] }];
  const tests = valueAt(schema, ['if', 'anyOf']);
  const marks = (Array.isArray(tests) ? tests : []).flatMap((one) => valueAt(one, ['required', 0]) ?? []).map(String);
  return [...alternativesOf(otherwise), { schema: valueAt(schema, ['then']), marks }];
}
