import { wholeBetween } from '../../random';
import type { HostSurroundings, StartedHost } from '../host';
import { answer } from './answer';
import { Bitbucket, type BitbucketOptions } from './bitbucket';
import { parseRoute } from './route';
import { type BitbucketServerOptions, startBitbucketServer } from './server';

export interface BitbucketHostOptions extends Partial<Omit<BitbucketOptions, 'clock'>> {
  /** Faults and listeners at its front; its latency is 60 to 180 ms a request by default. */
  readonly server?: Partial<Omit<BitbucketServerOptions, 'bitbucket'>>;
}

/** A Bitbucket on a loopback port, under the names that the real one has. */
export async function startBitbucket(
  { clock, account, random }: HostSurroundings,
  { server: front, ...options }: BitbucketHostOptions = {},
): Promise<StartedHost<Bitbucket> & { readonly url: string }> {
  const host = new Bitbucket({ clock, random: random('bitbucket'), ...options });
  account.webIdentities.reach((page) => publicPage(host, page));
  const latency = wholeBetween(random('bitbucket-latency'), 60, 180);
  const { url, origin, close } = await startBitbucketServer({ latency, ...front, bitbucket: host });
  return { host, url, origins: { 'api.bitbucket.org': origin, 'bitbucket.org': origin }, close };
}

/** What a page of Bitbucket says to everybody; AWS reads the issuer's there. */
export function publicPage(bitbucket: Bitbucket, page: string): string | undefined {
  const { origin, pathname } = new URL(page);
  if (origin !== 'https://api.bitbucket.org') return undefined;
  const call = { method: 'GET', url: new URL(page), route: parseRoute(pathname), authorization: undefined, body: '' };
  const { status, body } = answer(bitbucket, call);
  return status === 200 ? body : undefined;
}
