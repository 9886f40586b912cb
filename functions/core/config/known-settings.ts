import { configJsonSchema } from './config';
import type { ConfigPath } from './config-path';
import { valueAt } from './config-path';

/** Names of the settings that may stand at a path, from the JSON Schema that also serves editors. */
export function knownSettings(path: ConfigPath): readonly string[] {
  let schema: unknown = configJsonSchema();
  for (const step of path) {
    schema = typeof step === 'number' ? valueAt(schema, ['items']) : settingOf(schema, step);
  }
  return alternativesOf(schema).flatMap((one) => {
    const properties = valueAt(one, ['properties']);
    return typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  });
}

function settingOf(schema: unknown, name: PropertyKey): unknown {
  for (const one of alternativesOf(schema)) {
    const setting = valueAt(one, ['properties', name]) ?? valueAt(one, ['additionalProperties']);
    if (setting !== undefined) return setting;
  }
  return undefined;
}

/** What may stand at one place: the hosts' items, of which the first one's is the last resort. */
function alternativesOf(schema: unknown): readonly unknown[] {
  const otherwise = valueAt(schema, ['else']);
  return otherwise === undefined ? [schema] : [...alternativesOf(otherwise), valueAt(schema, ['then'])];
}
