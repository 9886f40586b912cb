import { installHostMap } from '../../local/lambda/worker/host-map';
import { isLocal, LocalClock } from './local-clock';

/**
 * Lets this process reach the CI hosts of the local world that the environment names under the names that they have
 * everywhere. Where the account is AWS itself nothing is changed, whatever the environment says of hosts.
 */
export async function goToLocalHosts(env: Readonly<Partial<Record<string, string>>>): Promise<void> {
  if (!isLocal(env)) return;
  // A world that has ended, and a name that is none, are told by the first call to its account.
  const hosts = await reachable(env);
  if (hosts !== undefined) installHostMap(hosts);
}

async function reachable(env: Readonly<Partial<Record<string, string>>>) {
  try {
    return await LocalClock.of(env).hosts();
  } catch {
    return undefined;
  }
}
