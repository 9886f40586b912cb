import { after, MINUTE } from '../../functions/core/duration';
import { callName } from './iam-action';
import { callsOf, type SeenExit, type SeenKey } from './seen';

/** Whether IAM saw a key used while the history goes back. It lists no key that is gone. */
export function isUsed({ lastUsed }: SeenKey, since: Date): boolean {
  return lastUsed?.at !== undefined && lastUsed.at >= since;
}

/**
 * Uses that IAM saw and the history has nothing of, for people: at a service that no call was made to, or after the last
 * call. Who that was nobody can say. IAM has no seconds.
 */
export function unseenUses(seen: Pick<SeenExit, 'keys' | 'since'>): readonly string[] {
  const known = new Set(callsOf(seen).flatMap((call) => [callName(call).split(':')[0], call.service]));
  return seen.keys.flatMap((key) => {
    const { at, service, region } = key.lastUsed ?? {};
    if (at === undefined || !isUsed(key, seen.since)) return [];
    const [newest] = key.calls;
    const isLater = newest === undefined || at > after(newest.at, MINUTE);
    // At STS Keyturn proves it.
    const isElsewhere = service !== undefined && service !== 'sts' && !known.has(service);
    if (!isLater && !isElsewhere) return [];
    const where = `${service === undefined ? '' : ` at ${service}`}${region === undefined ? '' : ` in ${region}`}`;
    const when = at.toISOString().slice(0, 10);
    return [
      `IAM saw ${key.accessKeyId} used last${where} on ${when}, of which the history has nothing: data events, or another region. Who that was is not known.`,
    ];
  });
}
