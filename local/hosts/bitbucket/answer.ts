import type { Bitbucket } from './bitbucket';
import { BitbucketError, badRequest, pipelinesRefusal, refusal } from './bitbucket-error';
import { pageOf } from './page';
import { methodsOf, type Route } from './route';
import { type Access, scopeHeaders } from './scopes';
import type { ReadMode } from './variable-list';

/** One HTTP request, read to its end. */
export interface Call {
  readonly method: string;
  /** Absolute; the links of an answer are made from it. */
  readonly url: URL;
  readonly route: Route;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Applies one request to the state and answers it, both in one instant. */
export function answer(bitbucket: Bitbucket, call: Call, mode: ReadMode = {}): Answer {
  let headers: Record<string, string> = {};
  try {
    const { route } = call;
    if (route.kind === 'unknown') throw refusal(404, { message: 'Resource not found' });
    const allowed = methodsOf(route);
    if (!allowed.includes(call.method)) {
      throw refusal(405, { message: `Method "${call.method}" not allowed.` }, { allow: allowed.join(', ') });
    }
    if (route.kind === 'oauth-token') {
      return json(200, bitbucket.grantOAuthToken(call.authorization, new URLSearchParams(call.body)));
    }
    if (route.kind === 'oidc-discovery') return json(200, bitbucket.oidcDiscovery(route.place));
    if (route.kind === 'oidc-keys') return json(200, bitbucket.oidcKeys(route.place));
    const caller = bitbucket.authenticate(call.authorization);
    const access = accessOf(call.method, route);
    headers = scopeHeaders(caller.family, caller.scopes, access);
    if (route.kind === 'user') {
      bitbucket.permit(caller, access);
      return json(200, bitbucket.user(caller), headers);
    }
    if ('repository' in route.place) headers = { ...headers, ...bitbucket.meter(caller) };
    bitbucket.authorize(caller, access, route.place);
    return perform(bitbucket, call, route, mode, headers);
  } catch (error) {
    if (!(error instanceof BitbucketError)) throw error;
    return answerWith(error.status, error.body, { ...headers, ...error.headers });
  }
}

/** An answer with a JSON body, or a plain-text one for a string. */
export function answerWith(status: number, body: object | string, headers: Readonly<Record<string, string>>): Answer {
  if (typeof body === 'object') return json(status, body, headers);
  return { status, headers: { 'content-type': 'text/plain', ...headers }, body };
}

/** What a request asks of a caller's scopes. */
function accessOf(method: string, { kind }: Route): Access {
  if (kind === 'repositories') return 'read-repository';
  if (kind === 'repository' || kind === 'workspace' || kind === 'user') return `read-${kind}`;
  return method === 'GET' ? 'read' : 'write';
}

function perform(
  bitbucket: Bitbucket,
  call: Call,
  route: Exclude<Route, { kind: 'oauth-token' | 'oidc-discovery' | 'oidc-keys' | 'user' | 'unknown' }>,
  mode: ReadMode,
  headers: Record<string, string>,
): Answer {
  const page = <Item>(items: readonly Item[]) => json(200, pageOf(items, call.url, bitbucket.paging), headers);
  if (route.kind === 'workspace') return json(200, bitbucket.workspace(route.place), headers);
  if (route.kind === 'repository') return json(200, bitbucket.repository(route.place), headers);
  if (route.kind === 'repositories') return page(bitbucket.repositories(route.place));
  if (route.kind === 'environments') return page(bitbucket.environments(route.place));
  if (route.kind === 'environment') return json(200, bitbucket.environment(route.place, route.uuid), headers);
  const { place } = route;
  if (route.kind === 'variables') {
    if (call.method === 'GET') return page(bitbucket.variables(place, mode));
    const created = bitbucket.createVariable(place, parseJson(call.body));
    const base = `${call.url.origin}${call.url.pathname.replace(/\/$/, '')}`;
    return json(201, created, { ...headers, location: `${base}/${encodeURIComponent(created.uuid)}` });
  }
  if (call.method === 'GET') return json(200, bitbucket.variable(place, route.uuid, mode), headers);
  if (call.method === 'PUT') {
    return json(200, bitbucket.updateVariable(place, route.uuid, parseJson(call.body)), headers);
  }
  bitbucket.removeVariable(place, route.uuid);
  // Clients look at the content type even of an empty answer.
  return { status: 204, headers: { ...headers, 'content-type': 'text/html; charset=utf-8' }, body: '' };
}

function parseJson(body: string): unknown {
  if (body.trim() === '') throw badRequest('The request body is empty.');
  try {
    return JSON.parse(body);
  } catch {
    throw pipelinesRefusal(400, 'Bad request', 'The request body is not valid JSON.', 'unexpected.request.body');
  }
}

function json(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  };
}
