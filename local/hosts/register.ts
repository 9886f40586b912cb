import { startBitbucket } from './bitbucket/start';
import { startDataCenters } from './datacenter/start';
import type { HostSurroundings, StartedHost } from './host';

/** Every host that a world starts: one line each. */
const HOSTS = {
  bitbucket: startBitbucket,
  dataCenter: startDataCenters,
};

type Registered = typeof HOSTS;
export type HostName = keyof Registered;
/** How each host is to be; all have defaults. */
export type HostOptions = { readonly [N in HostName]?: Parameters<Registered[N]>[1] };
/** Every host as a test sets it up and looks at it. */
export type Hosts = { readonly [N in HostName]: StartedHosts[N]['host'] };
export type StartedHosts = { readonly [N in HostName]: Awaited<ReturnType<Registered[N]>> };

type Start = (surroundings: HostSurroundings, options: never) => Promise<StartedHost<unknown>>;

export async function startHosts(surroundings: HostSurroundings, options: HostOptions = {}): Promise<StartedHosts> {
  const starting = Object.entries<Start>(HOSTS).map(
    async ([name, start]) => [name, await start(surroundings, Reflect.get(options, name) as never)] as const,
  );
  return Object.fromEntries(await Promise.all(starting)) as unknown as StartedHosts;
}

export function hostsOf(started: StartedHosts): Hosts {
  const hosts = Object.entries<StartedHost<unknown>>(started).map(([name, { host }]) => [name, host]);
  return Object.fromEntries(hosts) as Hosts;
}
