import { installHostMap } from '../../local/lambda/worker/host-map';
import { wrapped } from '../render/wrapped';
import { type Environment, isLocal, LOCAL_VARIABLE, LocalClock } from './local-clock';

/**
 * Lets this process reach the CI hosts of the local world that the environment names under the names that they have
 * everywhere. Where the account is AWS itself nothing is changed, whatever the environment says of hosts.
 *
 * @param endpointUrl what a command line says. @returns what a person has to know of it. @default - nothing was changed
 */
export async function goToLocalHosts(env: Environment, endpointUrl?: string): Promise<string | undefined> {
  if (!isLocal(env, endpointUrl)) return undefined;
  // A world that has ended, and a name that is none, are told by the first call to its account.
  const hosts = await reachable(env);
  if (hosts === undefined) return undefined;
  installHostMap(hosts);
  return wrapped(
    `The account, the clock and ${Object.keys(hosts).join(', ')} are those of the local world of ${LOCAL_VARIABLE}.`,
  );
}

async function reachable(env: Environment) {
  try {
    return await LocalClock.of(env).hosts();
  } catch {
    return undefined;
  }
}
