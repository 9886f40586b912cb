/** Lines by what they have in common, in the order in which each group was first met. */
export function grouped<T, K>(lines: readonly T[], keyOf: (line: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const line of lines) {
    const key = keyOf(line);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [line]);
    else group.push(line);
  }
  return groups;
}
