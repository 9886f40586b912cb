import { badRequest } from './bitbucket-error';
import type { RepositoryPlace, VariablePlace, WorkspacePlace } from './place';

/** What a path means. */
export type Route =
  | { readonly kind: 'workspace'; readonly place: WorkspacePlace }
  | { readonly kind: 'repository'; readonly place: RepositoryPlace }
  | { readonly kind: 'repositories'; readonly place: WorkspacePlace }
  | { readonly kind: 'environments'; readonly place: RepositoryPlace }
  | { readonly kind: 'environment'; readonly place: RepositoryPlace; readonly uuid: string }
  | { readonly kind: 'variables'; readonly place: VariablePlace }
  | { readonly kind: 'variable'; readonly place: VariablePlace; readonly uuid: string }
  | { readonly kind: 'oidc-discovery'; readonly place: WorkspacePlace }
  | { readonly kind: 'oidc-keys'; readonly place: WorkspacePlace }
  | { readonly kind: 'oauth-token' }
  | { readonly kind: 'user' }
  | { readonly kind: 'unknown' };

/**
 * Reads a path. Braces may be encoded or not, and one trailing slash is accepted: the specification has none, but
 * widely used clients send one.
 * @throws BitbucketError 400 for a broken percent-encoding
 */
export function parseRoute(path: string): Route {
  if (trimmed(path) === '/site/oauth2/access_token') return { kind: 'oauth-token' };
  if (trimmed(path) === '/2.0/user') return { kind: 'user' };
  const [root, version, collection, workspace, ...rest] = trimmed(path).split('/').map(decode);
  if (root !== '' || version !== '2.0' || workspace === undefined || workspace === '') return { kind: 'unknown' };
  if (collection === 'workspaces') return workspaceRoute(workspace, rest);
  const [repository, ...inRepository] = rest;
  if (collection !== 'repositories') return { kind: 'unknown' };
  if (repository === undefined) return { kind: 'repositories', place: { workspace } };
  return repositoryRoute({ workspace, repository }, inRepository);
}

/** The methods that a route takes. One deployment variable has no GET. */
export function methodsOf(route: Route): readonly string[] {
  switch (route.kind) {
    case 'oidc-discovery':
    case 'oidc-keys':
    case 'user':
    case 'workspace':
    case 'repository':
    case 'repositories':
    case 'environments':
    case 'environment':
      return ['GET'];
    case 'variables':
      return ['GET', 'POST'];
    case 'variable':
      return route.place.level === 'deployment' ? ['PUT', 'DELETE'] : ['GET', 'PUT', 'DELETE'];
    case 'oauth-token':
      return ['POST'];
    case 'unknown':
      return [];
  }
}

function workspaceRoute(workspace: string, [config, ...rest]: readonly string[]): Route {
  if (config === undefined) return { kind: 'workspace', place: { workspace } };
  if (config === 'pipelines-config' && rest[0] === 'identity') return oidcRoute({ workspace }, rest.slice(1).join('/'));
  // A hyphen here, an underscore on repositories: so it is in the API.
  return config === 'pipelines-config' ? variablesRoute({ level: 'workspace', workspace }, rest) : { kind: 'unknown' };
}

function oidcRoute(place: WorkspacePlace, path: string): Route {
  if (path === 'oidc/.well-known/openid-configuration') return { kind: 'oidc-discovery', place };
  return path === 'oidc/keys.json' ? { kind: 'oidc-keys', place } : { kind: 'unknown' };
}

function repositoryRoute(place: RepositoryPlace, [first, ...rest]: readonly string[]): Route {
  if (first === undefined) return { kind: 'repository', place };
  if (first === 'pipelines_config') return variablesRoute({ level: 'repository', ...place }, rest);
  if (first === 'environments') {
    if (rest.length > 1) return { kind: 'unknown' };
    return rest[0] === undefined ? { kind: 'environments', place } : { kind: 'environment', place, uuid: rest[0] };
  }
  const [environments, environment, ...tail] = rest;
  if (first !== 'deployments_config' || environments !== 'environments' || environment === undefined) {
    return { kind: 'unknown' };
  }
  return variablesRoute({ level: 'deployment', ...place, environment }, tail);
}

function variablesRoute(place: VariablePlace, [variables, uuid, ...more]: readonly string[]): Route {
  if (variables !== 'variables' || more.length > 0) return { kind: 'unknown' };
  return uuid === undefined ? { kind: 'variables', place } : { kind: 'variable', place, uuid };
}

function trimmed(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest('The path is not a valid URL path.');
  }
}
