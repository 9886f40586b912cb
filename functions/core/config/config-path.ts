/** Where something stands in a configuration: names of settings and numbers of list items. */
export type ConfigPath = readonly PropertyKey[];

/** What stands at a path, or undefined. */
export function valueAt(root: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null ? (value as Readonly<Record<PropertyKey, unknown>>)[step] : undefined,
    root,
  );
}

/** A path as people read it: `keys[0].deliverTo[1].region`. */
export function pathText(path: ConfigPath): string {
  return path
    .map((step, at) => (typeof step === 'number' ? `[${step}]` : `${at === 0 ? '' : '.'}${String(step)}`))
    .join('');
}
