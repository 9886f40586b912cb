/** A workspace, by its slug or its UUID in braces. */
export interface WorkspacePlace {
  readonly workspace: string;
}

/** A repository, by slugs or by UUIDs in braces: Bitbucket takes either. */
export interface RepositoryPlace extends WorkspacePlace {
  readonly repository: string;
}

/** Where a list of variables hangs. The environment is a UUID in braces. */
export type VariablePlace =
  | (WorkspacePlace & { readonly level: 'workspace' })
  | (RepositoryPlace & { readonly level: 'repository' })
  | (RepositoryPlace & { readonly level: 'deployment'; readonly environment: string });

export type VariableLevel = VariablePlace['level'];
