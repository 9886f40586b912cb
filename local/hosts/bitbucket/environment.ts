import type { VariableList } from './variable-list';

export type EnvironmentType = 'Test' | 'Staging' | 'Production';

/** One deployment environment of a repository. */
export interface Environment {
  readonly uuid: string;
  readonly name: string;
  readonly type: EnvironmentType;
  readonly variables: VariableList;
}

export interface EnvironmentBody {
  readonly type: 'deployment_environment';
  readonly uuid: string;
  readonly name: string;
  readonly slug: string;
  readonly rank: number;
  readonly hidden: boolean;
  readonly environment_type: { readonly type: string; readonly name: EnvironmentType; readonly rank: number };
}

const ranks: Record<EnvironmentType, number> = { Test: 0, Staging: 1, Production: 2 };

/** An environment as the API shows it. `rank` is its position among all of the repository. */
export function showEnvironment({ uuid, name, type }: Environment, rank: number): EnvironmentBody {
  return {
    type: 'deployment_environment',
    uuid,
    name,
    slug: name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, ''),
    rank,
    hidden: false,
    environment_type: { type: 'deployment_environment_type', name: type, rank: ranks[type] },
  };
}
