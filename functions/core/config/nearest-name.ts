/** What others call a setting, in small letters without hyphens and underscores. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  repository: ['repo', 'reposlug', 'project'],
  environment: ['env', 'stage', 'deployment'],
  user: ['username', 'iamuser', 'iamusername'],
  id: ['name', 'key', 'keyid'],
  deliverTo: ['targets', 'target', 'deliver', 'delivery', 'destinations'],
  readers: ['roles', 'reader', 'readerroles'],
  notify: ['email', 'emails', 'mail', 'notifications', 'notification', 'contacts'],
  url: ['baseurl', 'api', 'apiurl', 'endpoint', 'host'],
  secret: ['secretname', 'secretarn', 'secretid'],
  rotateAfter: ['rotate', 'rotation', 'rotateafterdays', 'rotationdays', 'maxage'],
  deactivateAfter: ['deactivate', 'disable', 'disableafter', 'deactivateafterdays'],
  deleteAfter: ['delete', 'remove', 'removeafter', 'deleteafterdays'],
  policy: ['policies', 'lifecycle'],
  keys: ['accesskeys', 'managedkeys', 'users'],
};

/** Known name that a misspelled one most likely stands for. */
export function nearestName(key: string, known: readonly string[]): string | undefined {
  const bare = key.toLowerCase().replace(/[-_\s]/g, '');
  const ranked = known
    .map((name) => ({ name, distance: editDistance(key.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  if (best !== undefined && best.distance <= 1) return best.name;
  const synonym = known.find((name) => bare === name.toLowerCase() || SYNONYMS[name]?.includes(bare));
  if (synonym !== undefined) return synonym;
  return best !== undefined && best.distance <= Math.max(2, key.length / 3) ? best.name : undefined;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const substituted = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(substituted, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
