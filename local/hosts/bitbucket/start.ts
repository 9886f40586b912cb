import { wholeBetween } from '../../random';
import type { HostSurroundings, StartedHost } from '../host';
import { Bitbucket, type BitbucketOptions } from './bitbucket';
import { type BitbucketServerOptions, startBitbucketServer } from './server';

export interface BitbucketHostOptions extends Partial<Omit<BitbucketOptions, 'clock'>> {
  /** Faults and listeners at its front; its latency is 60 to 180 ms a request by default. */
  readonly server?: Partial<Omit<BitbucketServerOptions, 'bitbucket'>>;
}

/** A Bitbucket on a loopback port, under the names that the real one has. */
export async function startBitbucket(
  { clock, random }: HostSurroundings,
  { server: front, ...options }: BitbucketHostOptions = {},
): Promise<StartedHost<Bitbucket> & { readonly url: string }> {
  const host = new Bitbucket({ clock, random: random('bitbucket'), ...options });
  const latency = wholeBetween(random('bitbucket-latency'), 60, 180);
  const { url, origin, close } = await startBitbucketServer({ latency, ...front, bitbucket: host });
  return { host, url, origins: { 'api.bitbucket.org': origin, 'bitbucket.org': origin }, close };
}
