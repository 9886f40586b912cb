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
  const [marked] = alternatives.flatMap(({ schema: one, marks }) =>
    marks.filter((mark) => valueAt(given, [mark]) !== undefined).map((mark) => ({ schema: one, mark })),
  );
  const names = namesIn((marked ?? alternatives[0]).schema);
  const others = alternatives
    .flatMap(({ schema: other, marks }) => namesIn(other).map((name) => [name, marks[0]] as const))
    .filter(([name]) => !names.includes(name));
  return {
    own: names,
    mark: marked?.mark,
    others: new Map(others),
  };
}

function namesIn(schema: unknown): readonly string[] {
  return Object.keys(valueAt(schema, ['properties']) ?? {});
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

/** What may stand at one place: the hosts' items, of which the first one's needs no mark. */
function alternativesOf(schema: unknown): readonly [Alternative, ...Alternative[]] {
  const otherwise = valueAt(schema, ['else']);
  if (otherwise === undefined) return [{ schema, marks: [] }];
  const tests = valueAt(schema, ['if', 'anyOf']) as readonly unknown[];
  const marks = tests.map((one) => String(valueAt(one, ['required', 0])));
  return [...alternativesOf(otherwise), { schema: valueAt(schema, ['then']), marks }];
}
