import { after, MINUTE } from '../../functions/core/duration';
import { callName } from './iam-action';
import { callsOf, isWhole, type SeenExit, type SeenKey } from './seen';

/** Whether IAM saw a key used while the history goes back. It lists no key that is gone. */
export function isUsed({ lastUsed }: SeenKey, since: Date): boolean {
  return lastUsed?.at !== undefined && lastUsed.at >= since;
}

/** Uses of which nobody can say here whose they were, for people. */
export function unseenUses(seen: Pick<SeenExit, 'keys' | 'since' | 'readBack'>): readonly string[] {
  return [...olderUses(seen), ...usesOfIam(seen)];
}

/** What is older than the latest calls. */
function olderUses(seen: Pick<SeenExit, 'keys' | 'since' | 'readBack'>): readonly string[] {
  if (seen.readBack === undefined || isWhole(seen)) return [];
  const read = seen.keys.reduce((sum, { calls }) => sum + calls.length, 0);
  const back = seen.readBack.toISOString().slice(0, 10);
  return [`Only its latest ${read} calls were read, all of them since ${back}: who used it before is not known.`];
}

/** At a service that no call was made to, or after the last call. IAM has no seconds. */
function usesOfIam(seen: Pick<SeenExit, 'keys' | 'since'>): readonly string[] {
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
