import { configJsonSchema } from './config';
import type { ConfigPath } from './config-path';
import { valueAt } from './config-path';

/** Names of the settings that may stand at a path, from the JSON Schema that also serves editors. */
export function knownSettings(path: ConfigPath): readonly string[] {
  let schema: unknown = configJsonSchema();
  for (const step of path) {
    schema = typeof step === 'number' ? valueAt(schema, ['items']) : settingOf(schema, step);
  }
  const alternatives = valueAt(schema, ['anyOf']);
  const maps = (Array.isArray(alternatives) ? alternatives : [schema]).map((one) => valueAt(one, ['properties']));
  return maps.flatMap((properties) =>
    typeof properties === 'object' && properties !== null ? Object.keys(properties) : [],
  );
}

function settingOf(schema: unknown, name: PropertyKey): unknown {
  const alternatives = valueAt(schema, ['anyOf']);
  for (const one of Array.isArray(alternatives) ? alternatives : [schema]) {
    const setting = valueAt(one, ['properties', name]) ?? valueAt(one, ['additionalProperties']);
    if (setting !== undefined) return setting;
  }
  return undefined;
}
