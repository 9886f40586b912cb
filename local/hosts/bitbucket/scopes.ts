import { type BitbucketError, refusal } from './bitbucket-error';

/** `read` and `write` are of Pipelines; the others show what a repository or a workspace is. */
export type Access = 'read' | 'write' | 'read-repository' | 'read-workspace' | 'read-user';

/** Access tokens and OAuth consumers have classic scopes, API tokens have granular ones. */
export type ScopeFamily = 'classic' | 'granular';

/**
 * A granular admin scope does not include the read scope, so that writing needs both. With classic scopes a workspace
 * shows itself to whoever reaches it.
 */
const required: Record<ScopeFamily, Record<Access, readonly string[]>> = {
  classic: {
    read: ['pipeline'],
    write: ['pipeline:variable'],
    'read-repository': ['repository'],
    'read-workspace': [],
    'read-user': ['account'],
  },
  granular: {
    read: ['read:pipeline:bitbucket'],
    write: ['admin:pipeline:bitbucket', 'read:pipeline:bitbucket'],
    'read-repository': ['read:repository:bitbucket'],
    'read-workspace': ['read:workspace:bitbucket'],
    'read-user': ['read:user:bitbucket'],
  },
};

/** Classic scopes include smaller ones; those of Pipelines do not include the repository. */
const implied: Readonly<Record<string, readonly string[]>> = {
  'pipeline:write': ['pipeline'],
  'pipeline:variable': ['pipeline'],
  'repository:write': ['repository'],
  project: ['repository'],
  pullrequest: ['repository'],
};

/** What Bitbucket says in the headers of every answer to somebody it knows: the scopes that are there, and those that are needed. */
export function scopeHeaders(family: ScopeFamily, granted: readonly string[], access: Access): Record<string, string> {
  return { 'x-oauth-scopes': granted.join(', '), 'x-accepted-oauth-scopes': required[family][access].join(', ') };
}

/** The refusal for scopes that do not suffice, or nothing when they do. */
export function missingScopes(
  family: ScopeFamily,
  granted: readonly string[],
  access: Access,
): BitbucketError | undefined {
  const effective = new Set([...granted, ...granted.flatMap((scope) => implied[scope] ?? [])]);
  const needed = required[family][access];
  if (needed.every((scope) => effective.has(scope))) return undefined;
  return refusal(403, {
    message: 'Your credentials lack one or more required privilege scopes.',
    detail: { required: needed, granted },
  });
}
