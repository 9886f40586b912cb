import type { TokenSeen } from '../../core/hosts/host';

/** Scopes of access tokens and OAuth consumers, and those of API tokens, which include no others. */
const NEEDED = {
  classic: ['pipeline:variable'],
  granular: ['admin:pipeline:bitbucket', 'read:pipeline:bitbucket'],
} as const;

/** What else is of use: with these a name is seen that means another place, and whose the token is. */
const USEFUL: ReadonlySet<string> = new Set([
  'pipeline',
  'repository',
  'account',
  'read:repository:bitbucket',
  'read:workspace:bitbucket',
  'read:user:bitbucket',
]);

/** What a token may not do that every place needs, and what it may do that nobody needs. */
export function judgeScopes(kind: string, scopes: readonly string[] | undefined): Pick<TokenSeen, 'lacks' | 'spare'> {
  if (scopes === undefined) return { lacks: [], spare: [] };
  const needed: readonly string[] = NEEDED[kind === 'API token' ? 'granular' : 'classic'];
  return {
    lacks: needed.filter((scope) => !scopes.includes(scope)),
    spare: scopes.filter((scope) => !needed.includes(scope) && !USEFUL.has(scope)),
  };
}
