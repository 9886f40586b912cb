import { type BitbucketError, pipelinesRefusal, refusal } from './bitbucket-error';
import type { Environment, EnvironmentType } from './environment';
import { newUuid, type Random } from './identifiers';
import type { RepositoryPlace, VariableLevel, VariablePlace } from './place';
import type { VariableList } from './variable-list';

interface Workspace {
  slug: string;
  readonly uuid: string;
  readonly variables: VariableList;
  /** Each under its slug and under its UUID: a workspace may have thousands. */
  readonly repositories: Map<string, Repository>;
}

interface Repository {
  slug: string;
  readonly uuid: string;
  readonly project: string;
  readonly variables: VariableList;
  environments: readonly Environment[];
}

type NewVariableList = (level: VariableLevel, scope: () => string) => VariableList;

/** A workspace as the API shows it. */
export interface WorkspaceBody {
  readonly type: 'workspace';
  readonly uuid: string;
  readonly name: string;
  readonly slug: string;
}

/** A repository as the API shows it. */
export interface RepositoryBody {
  readonly type: 'repository';
  readonly uuid: string;
  readonly name: string;
  readonly slug: string;
  readonly full_name: string;
  readonly is_private: true;
  readonly workspace: WorkspaceBody;
  readonly project: { readonly type: 'project'; readonly key: string };
}

/**
 * Workspaces, their repositories and deployment environments. Found by slug or UUID in braces; all are private. A slug
 * that was taken away or changed leads nowhere, until another one takes it.
 */
export class Directory {
  #workspaces: readonly Workspace[] = [];

  constructor(
    private readonly random: Random,
    private readonly newVariables: NewVariableList,
  ) {}

  hasWorkspace(slug: string): boolean {
    return this.#workspaces.some((workspace) => workspace.slug === slug);
  }

  addWorkspace(slug: string): { readonly uuid: string } {
    free(this.#workspaces, slug, 'workspace');
    const workspace: Workspace = {
      slug,
      uuid: newUuid(this.random),
      variables: this.newVariables('workspace', () => workspace.slug),
      repositories: new Map(),
    };
    this.#workspaces = [...this.#workspaces, workspace];
    return { uuid: workspace.uuid };
  }

  addRepository(workspace: string, slug: string, project: string): { readonly uuid: string } {
    const home = this.workspace(workspace);
    if (home.repositories.has(nameOf(slug))) throw taken('repository', slug);
    const repository: Repository = {
      slug,
      uuid: newUuid(this.random),
      project,
      variables: this.newVariables('repository', () => `${home.slug}/${repository.slug}`),
      environments: [],
    };
    home.repositories.set(nameOf(slug), repository).set(repository.uuid, repository);
    return { uuid: repository.uuid };
  }

  /** Its repositories and all variables go with it. */
  removeWorkspace(slugOrUuid: string): void {
    const gone = this.workspace(slugOrUuid);
    this.#workspaces = this.#workspaces.filter((workspace) => workspace !== gone);
  }

  renameWorkspace(slugOrUuid: string, slug: string): void {
    const workspace = this.workspace(slugOrUuid);
    free(this.#workspaces, slug, 'workspace');
    workspace.slug = slug;
  }

  /** Its environments and all variables go with it. */
  removeRepository(place: RepositoryPlace): void {
    const { repositories } = this.workspace(place.workspace);
    const { slug, uuid } = this.repository(place);
    repositories.delete(nameOf(slug));
    repositories.delete(uuid);
  }

  renameRepository(place: RepositoryPlace, slug: string): void {
    const { repositories } = this.workspace(place.workspace);
    const repository = this.repository(place);
    if (repositories.has(nameOf(slug))) throw taken('repository', slug);
    repositories.delete(nameOf(repository.slug));
    repository.slug = slug;
    repositories.set(nameOf(slug), repository);
  }

  addEnvironment(
    place: RepositoryPlace,
    name: string,
    type: EnvironmentType,
    uuid: string = newUuid(this.random),
  ): { readonly uuid: string } {
    const repository = this.repository(place);
    free(
      repository.environments.map((environment) => ({ slug: environment.name })),
      name,
      'environment',
    );
    const home = this.workspace(place.workspace);
    const nameNow = () => repository.environments.find((one) => one.uuid === uuid)?.name ?? name;
    const scope = () => `${home.slug}/${repository.slug}/${nameNow()}`;
    const environment = { uuid, name, type, variables: this.newVariables('deployment', scope) };
    repository.environments = [...repository.environments, environment];
    return { uuid };
  }

  renameEnvironment(place: RepositoryPlace, nameOrUuid: string, name: string): void {
    const { uuid } = this.environmentByName(place, nameOrUuid);
    const repository = this.repository(place);
    repository.environments = repository.environments.map((environment) =>
      environment.uuid === uuid ? { ...environment, name } : environment,
    );
  }

  removeEnvironment(place: RepositoryPlace, nameOrUuid: string): void {
    const { uuid } = this.environmentByName(place, nameOrUuid);
    const repository = this.repository(place);
    repository.environments = repository.environments.filter((environment) => environment.uuid !== uuid);
  }

  /** @throws BitbucketError 404 */
  workspace(slugOrUuid: string): Workspace {
    const workspace = named(this.#workspaces, slugOrUuid);
    if (workspace === undefined) throw refusal(404, { message: `No workspace with identifier '${slugOrUuid}'.` });
    return workspace;
  }

  /** @throws BitbucketError 404, in the same words whether the repository is missing or out of reach. */
  repository({ workspace, repository }: RepositoryPlace): Repository {
    const found = named(this.#workspaces, workspace)?.repositories.get(nameOf(repository));
    if (found === undefined) throw repositoryOutOfReach();
    return found;
  }

  /** @throws BitbucketError 404, also for a name in place of the UUID */
  environment(place: RepositoryPlace, uuid: string): Environment {
    const environment = this.repository(place).environments.find((candidate) => candidate.uuid === uuid);
    if (environment !== undefined) return environment;
    const key = 'environment-service.environment.not-found';
    throw pipelinesRefusal(404, 'Not found', 'The deployment environment was not found.', key);
  }

  /** @throws BitbucketError 404 */
  environmentByName(place: RepositoryPlace, nameOrUuid: string): Environment {
    const named = this.repository(place).environments.find((environment) => environment.name === nameOrUuid);
    return named ?? this.environment(place, nameOrUuid);
  }

  /** @throws BitbucketError 404 */
  variables(place: VariablePlace): VariableList {
    if (place.level === 'workspace') return this.workspace(place.workspace).variables;
    if (place.level === 'repository') return this.repository(place).variables;
    return this.environment(place, place.environment).variables;
  }
}

export function showWorkspace({ uuid, slug }: Workspace): WorkspaceBody {
  return { type: 'workspace', uuid, name: slug, slug };
}

export function showRepository(home: Workspace, { uuid, slug, project }: Repository): RepositoryBody {
  return {
    type: 'repository',
    uuid,
    name: slug,
    slug,
    full_name: `${home.slug}/${slug}`,
    is_private: true,
    workspace: showWorkspace(home),
    project: { type: 'project', key: project },
  };
}

/** What Bitbucket says about a private repository that a caller may not see. */
export function repositoryOutOfReach(): BitbucketError {
  return refusal(404, {
    message:
      'You may not have access to this repository or it no longer exists in this workspace. ' +
      'If you think this repository exists and you have access, make sure you are authenticated.',
  });
}

function named<Item extends { readonly slug: string; readonly uuid: string }>(
  items: readonly Item[],
  slugOrUuid: string,
): Item | undefined {
  const name = nameOf(slugOrUuid);
  return items.find((item) => nameOf(item.slug) === name || item.uuid === name);
}

/** Slugs are the same in any case, and a UUID is one without its braces too. */
function nameOf(slugOrUuid: string): string {
  const bare = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(slugOrUuid);
  return bare ? `{${slugOrUuid.toLowerCase()}}` : slugOrUuid.toLowerCase();
}

function free(items: readonly { readonly slug: string }[], name: string, what: string): void {
  if (items.some((item) => item.slug === name)) throw taken(what, name);
}

function taken(what: string, name: string): Error {
  return new Error(`The local Bitbucket already has the ${what} ${name}.`);
}
