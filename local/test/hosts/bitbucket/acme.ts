import { onTestFinished } from 'vitest';
import { Clock } from '../../../clock';
import { Bitbucket, type BitbucketOptions } from '../../../hosts/bitbucket/bitbucket';
import { BitbucketError } from '../../../hosts/bitbucket/bitbucket-error';
import type { VariablePlace } from '../../../hosts/bitbucket/place';
import { type BitbucketServerOptions, startBitbucketServer } from '../../../hosts/bitbucket/server';

export const start = Date.parse('2026-01-01T00:00:00Z');
export const hour = 3_600_000;

/** A Bitbucket with the repository acme/web-shop, its environment Production, and a token that may do everything. */
export function acme(options: Partial<BitbucketOptions> = {}) {
  const clock = options.clock ?? new Clock(start);
  const bitbucket = new Bitbucket({ ...options, clock });
  const workspace = bitbucket.addWorkspace('acme').uuid;
  const repository = bitbucket.addRepository('acme', 'web-shop').uuid;
  const environment = bitbucket.addEnvironment('acme', 'web-shop', 'Production').uuid;
  const token = bitbucket.addAccessToken({ workspace: 'acme', scopes: ['pipeline', 'pipeline:variable'] });
  const places: Record<VariablePlace['level'], VariablePlace> = {
    deployment: { level: 'deployment', workspace: 'acme', repository: 'web-shop', environment },
    repository: { level: 'repository', workspace: 'acme', repository: 'web-shop' },
    workspace: { level: 'workspace', workspace: 'acme' },
  };
  const encoded = encodeURIComponent(environment);
  const paths: Record<VariablePlace['level'], string> = {
    deployment: `/repositories/acme/web-shop/deployments_config/environments/${encoded}/variables`,
    repository: '/repositories/acme/web-shop/pipelines_config/variables',
    workspace: '/workspaces/acme/pipelines-config/variables',
  };
  return { clock, bitbucket, workspace, repository, environment, token, places, paths };
}

export interface Sent {
  readonly method?: string;
  readonly body?: unknown;
  readonly authorization?: string | null;
}

/** The same, served over HTTP until the test ends; `send` is the platform's fetch with the token and JSON. */
export async function servedAcme(
  options: Partial<BitbucketOptions> & Partial<Omit<BitbucketServerOptions, 'bitbucket'>> = {},
) {
  const world = acme(options);
  const server = await startBitbucketServer({ ...options, bitbucket: world.bitbucket });
  onTestFinished(() => server.close());
  const send = async (path: string, { method = 'GET', body, authorization }: Sent = {}) => {
    const response = await fetch(path.startsWith('http') ? path : server.url + path, {
      method,
      headers: authorization === null ? {} : { authorization: authorization ?? `Bearer ${world.token}` },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
  return { ...world, server, send };
}

/** What a refused call would put on the wire. */
export function refusalOf(call: () => unknown): { status: number; body: unknown } {
  try {
    call();
  } catch (error) {
    if (error instanceof BitbucketError) return { status: error.status, body: error.body };
    throw error;
  }
  throw new Error('It was not refused.');
}
