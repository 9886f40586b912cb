/** A repository, by slugs or by UUIDs in braces: Bitbucket takes either. */
export interface RepositoryPlace {
  readonly workspace: string;
  readonly repository: string;
}

/** Where a list of variables hangs. The environment is a UUID in braces. */
export type VariablePlace =
  | { readonly level: 'workspace'; readonly workspace: string }
  | (RepositoryPlace & { readonly level: 'repository' })
  | (RepositoryPlace & { readonly level: 'deployment'; readonly environment: string });

export type VariableLevel = VariablePlace['level'];
