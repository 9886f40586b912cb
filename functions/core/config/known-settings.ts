import { configJsonSchema } from './config';
import type { ConfigPath } from './config-path';
import { valueAt } from './config-path';

/** Names of the settings that may stand at a path, from the JSON Schema that also serves editors. */
export function knownSettings(path: ConfigPath): readonly string[] {
  let schema: unknown = configJsonSchema();
  for (const step of path) {
    schema =
      typeof step === 'number'
        ? valueAt(schema, ['items'])
        : (valueAt(schema, ['properties', step]) ?? valueAt(schema, ['additionalProperties']));
  }
  const properties = valueAt(schema, ['properties']);
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
}
