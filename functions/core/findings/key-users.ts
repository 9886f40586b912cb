import type { SeenUses } from '../key/key-use';

const MOST = 3;

/** What uses a key, in a sentence: each client once, the latest first. @returns an empty text when nobody has asked */
export function keyUsers(seen: SeenUses | undefined): string {
  if (seen === undefined) return '';
  if (seen.is === 'unknown') return ' CloudTrail could not be asked what uses it.';
  if (seen.is === 'none') {
    return " CloudTrail's event history of that region has no use of it; what only touches data, such as S3 objects, is not in there.";
  }
  const clients = new Map<string, Set<string>>();
  for (const { service, from, agent } of seen.uses) {
    const client = `${from} (${agent})`;
    clients.set(client, (clients.get(client) ?? new Set()).add(service));
  }
  const all = [...clients].map(([client, services]) => `${client} for ${[...services].slice(0, MOST).join(', ')}`);
  const more = all.length > MOST ? `, and ${all.length - MOST} more` : '';
  return ` CloudTrail saw it used from ${all.slice(0, MOST).join('; from ')}${more}.`;
}
