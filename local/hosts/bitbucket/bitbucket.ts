import type { Clock } from '../../clock';
import { refusal } from './bitbucket-error';
import { type Caller, Credentials, type OAuthGrant, type Reach } from './credentials';
import {
  Directory,
  type RepositoryBody,
  repositoryOutOfReach,
  showRepository,
  showWorkspace,
  type WorkspaceBody,
} from './directory';
import { type EnvironmentBody, type EnvironmentType, showEnvironment } from './environment';
import { type Random, systemRandom } from './identifiers';
import { OidcIssuer, type OidcStep } from './oidc-issuer';
import type { Paging } from './page';
import type { RepositoryPlace, VariableLevel, VariablePlace, WorkspacePlace } from './place';
import { RateLimit } from './rate-limit';
import { type Access, missingScopes } from './scopes';
import type { VariableBody } from './variable-body';
import { type ReadMode, VariableList, type WriteMethod } from './variable-list';

export interface BitbucketOptions {
  readonly clock: Clock;
  /** Source of UUIDs and tokens. @default the system's */
  readonly random?: Random;
  /** Milliseconds until a new variable shows up in lists. @default 0 */
  readonly visibilityDelay?: number;
  /** Requests per rolling hour and credential on `/2.0/repositories/*`. @default 1000 */
  readonly rateLimit?: number;
  /** How lists are paged. @default as the description of the API says */
  readonly paging?: Paging;
}

/** One change of one variable, without its value. */
export interface VariableWrite {
  /** The instant at which it took effect (ms since the epoch). */
  readonly at: number;
  /** The instant at which the request for it arrived: earlier, where it had to wait. */
  readonly askedAt: number;
  readonly level: VariableLevel;
  /** `workspace`, `workspace/repository` or `workspace/repository/environment name`. */
  readonly scope: string;
  readonly key: string;
  readonly method: WriteMethod;
}

/** Where a token belongs: to a repository, to a project, or (with neither) to the whole workspace. */
interface AccessTokenOwner {
  readonly workspace: string;
  readonly project?: string;
  readonly repository?: string;
}

/**
 * A small Bitbucket Cloud: the rules, without HTTP. A refusal is a thrown `BitbucketError`.
 * Callers that play the API go through `authenticate`, `meter` and `authorize` first, in that order.
 */
export class Bitbucket {
  readonly clock: Clock;
  /** How lists are paged from now on. */
  paging: Paging;
  /** Issues the tokens of steps; its keys roll over when somebody says so. */
  readonly oidc: OidcIssuer;
  readonly #directory: Directory;
  readonly #credentials: Credentials;
  readonly #rateLimit: RateLimit;
  readonly #listeners: ((write: VariableWrite) => void)[] = [];
  /** When the request arrived that is being answered now. */
  #askedAt: number | undefined;

  constructor({ clock, random = systemRandom, visibilityDelay = 0, rateLimit = 1000, paging = {} }: BitbucketOptions) {
    this.clock = clock;
    this.paging = paging;
    this.#credentials = new Credentials(clock, random);
    this.oidc = new OidcIssuer(clock, random);
    this.#rateLimit = new RateLimit(clock, rateLimit);
    this.#directory = new Directory(random, (level, scope) => {
      const onWrite = (key: string, method: WriteMethod) => {
        const at = clock.now();
        const write: VariableWrite = { at, askedAt: this.#askedAt ?? at, level, scope: scope(), key, method };
        for (const listener of this.#listeners) listener(write);
      };
      return new VariableList({ clock, random, visibilityDelay, onWrite });
    });
  }

  /** Whether there is one of this slug. */
  hasWorkspace(slug: string): boolean {
    return this.#directory.hasWorkspace(slug);
  }

  addWorkspace(slug: string): { readonly uuid: string } {
    return this.#directory.addWorkspace(slug);
  }

  /** @param project the key of the repository's project, for project access tokens */
  addRepository(workspace: string, slug: string, project = 'MAIN'): { readonly uuid: string } {
    return this.#directory.addRepository(workspace, slug, project);
  }

  /** Deletes it with all that is in it: its slug is free, and whoever takes it has another UUID. */
  removeWorkspace(workspace: string): void {
    this.#directory.removeWorkspace(workspace);
  }

  /** Its UUID and all that is in it stay; its old slug is free. */
  renameWorkspace(workspace: string, slug: string): void {
    this.#directory.renameWorkspace(workspace, slug);
  }

  /** Deletes it with all that is in it: its slug is free, and whoever takes it has another UUID. */
  removeRepository(workspace: string, repository: string): void {
    this.#directory.removeRepository({ workspace, repository });
  }

  /** Its UUID and all that is in it stay; its old slug is free. */
  renameRepository(workspace: string, repository: string, slug: string): void {
    this.#directory.renameRepository({ workspace, repository }, slug);
  }

  /** @param uuid in braces; a new one by default */
  addEnvironment(
    workspace: string,
    repository: string,
    name: string,
    type: EnvironmentType = 'Production',
    uuid?: string,
  ): { readonly uuid: string } {
    return this.#directory.addEnvironment({ workspace, repository }, name, type, uuid);
  }

  /** @param environment its name or UUID; the UUID and the variables stay */
  renameEnvironment(workspace: string, repository: string, environment: string, name: string): void {
    this.#directory.renameEnvironment({ workspace, repository }, environment, name);
  }

  /** @param environment its name or UUID; its variables go with it */
  removeEnvironment(workspace: string, repository: string, environment: string): void {
    this.#directory.removeEnvironment({ workspace, repository }, environment);
  }

  /** A repository, project or workspace access token, for `Bearer`. @returns the token */
  addAccessToken(token: AccessTokenOwner & { readonly token?: string; readonly scopes: readonly string[] }): string {
    const repository =
      token.repository === undefined
        ? undefined
        : this.#directory.repository({ workspace: token.workspace, repository: token.repository });
    const reach: Reach = {
      workspace: this.#directory.workspace(token.workspace).uuid,
      project: token.project,
      repository: repository?.uuid,
    };
    return this.#credentials.addAccessToken(token.scopes, reach, token.token);
  }

  /** An Atlassian API token with scopes, for `Basic email:token`. @returns the token; it expires in a year by default */
  addApiToken(token: {
    readonly email: string;
    readonly token?: string;
    readonly scopes: readonly string[];
    readonly expiresAt?: number;
  }): string {
    return this.#credentials.addApiToken(token.email, token.scopes, token.expiresAt, token.token);
  }

  /** @param consumer with a workspace, its tokens reach no other workspace */
  addOAuthConsumer(consumer: {
    readonly clientId?: string;
    readonly secret?: string;
    readonly workspace?: string;
    readonly scopes: readonly string[];
  }): { readonly clientId: string; readonly secret: string } {
    const { workspace } = consumer;
    const reach = workspace === undefined ? {} : { workspace: this.#directory.workspace(workspace).uuid };
    return this.#credentials.addConsumer(consumer.scopes, reach, consumer.clientId, consumer.secret);
  }

  /** Ends a token of any kind, or an OAuth consumer by its client ID. */
  revoke(tokenOrClientId: string): void {
    this.#credentials.revoke(tokenOrClientId);
  }

  /** The OAuth token endpoint. @throws BitbucketError 400 */
  grantOAuthToken(authorization: string | undefined, form: URLSearchParams): OAuthGrant {
    return this.#credentials.grant(authorization, form);
  }

  /** @throws BitbucketError 401 */
  authenticate(authorization: string | undefined): Caller {
    return this.#credentials.authenticate(authorization);
  }

  /** Counts a request on a repository. @returns headers for its answer: access tokens alone have some @throws BitbucketError 429 */
  meter({ id }: Caller): Record<string, string> {
    const headers = this.#rateLimit.count(id);
    return id.startsWith('token ') ? headers : {};
  }

  /** @throws BitbucketError 403 for missing scopes */
  permit({ family, scopes }: Caller, access: Access): void {
    const missing = missingScopes(family, scopes, access);
    if (missing !== undefined) throw missing;
  }

  /** Who calls, as far as a user has a name here. */
  user({ id }: Caller): object {
    return { type: 'user', display_name: id.replace(/^user /, '') };
  }

  /** @throws BitbucketError 403 for missing scopes, 404 for a repository or workspace that is missing or out of reach */
  authorize(caller: Caller, access: Access, place: RepositoryPlace | WorkspacePlace): void {
    this.permit(caller, access);
    const { reach } = caller;
    if ('repository' in place) {
      const repository = this.#directory.repository(place);
      const inReach =
        (reach.workspace ?? this.#directory.workspace(place.workspace).uuid) ===
          this.#directory.workspace(place.workspace).uuid &&
        (reach.project ?? repository.project) === repository.project &&
        (reach.repository ?? repository.uuid) === repository.uuid;
      if (!inReach) throw repositoryOutOfReach();
      return;
    }
    const workspace = this.#directory.workspace(place.workspace);
    const inReach = (reach.workspace ?? workspace.uuid) === workspace.uuid;
    if (inReach && access === 'read-workspace') return;
    if (!inReach || reach.project !== undefined || reach.repository !== undefined) {
      throw refusal(403, { message: 'Forbidden' });
    }
  }

  workspace({ workspace }: WorkspacePlace): WorkspaceBody {
    return showWorkspace(this.#directory.workspace(workspace));
  }

  repository(place: RepositoryPlace): RepositoryBody {
    return showRepository(this.#directory.workspace(place.workspace), this.#directory.repository(place));
  }

  repositories({ workspace: slugOrUuid }: WorkspacePlace): RepositoryBody[] {
    const workspace = this.#directory.workspace(slugOrUuid);
    // Each stands there by its slug and by its UUID.
    return [...new Set(workspace.repositories.values())].map((repository) => showRepository(workspace, repository));
  }

  environments(place: RepositoryPlace): EnvironmentBody[] {
    return this.#directory.repository(place).environments.map(showEnvironment);
  }

  environment(place: RepositoryPlace, uuid: string): EnvironmentBody {
    const { environments } = this.#directory.repository(place);
    const environment = this.#directory.environment(place, uuid);
    return showEnvironment(environment, environments.indexOf(environment));
  }

  variables(place: VariablePlace, mode?: ReadMode): VariableBody[] {
    return this.#directory.variables(place).list(mode);
  }

  variable(place: VariablePlace, uuid: string, mode?: ReadMode): VariableBody {
    return this.#directory.variables(place).get(uuid, mode);
  }

  createVariable(place: VariablePlace, body: unknown): VariableBody {
    return this.#directory.variables(place).create(body);
  }

  updateVariable(place: VariablePlace, uuid: string, body: unknown): VariableBody {
    return this.#directory.variables(place).update(uuid, body);
  }

  removeVariable(place: VariablePlace, uuid: string): void {
    this.#directory.variables(place).remove(uuid);
  }

  /**
   * What a pipeline step gets at this instant: workspace, repository and deployment variables, the narrower wins.
   * Secured values are in it: only the runner sees them.
   * @param environment the name or UUID of the environment that the step deploys to
   */
  pipelineVariables(workspace: string, repository: string, environment?: string): Record<string, string> {
    const place = { workspace, repository };
    return {
      ...this.#directory.workspace(workspace).variables.reveal(),
      ...this.#directory.repository(place).variables.reveal(),
      ...(environment === undefined ? {} : this.#directory.environmentByName(place, environment).variables.reveal()),
    };
  }

  /**
   * What `BITBUCKET_STEP_OIDC_TOKEN` holds in a step with `oidc: true`.
   * @param environment the name or UUID of the environment that the step deploys to
   */
  stepToken(
    workspace: string,
    repository: string,
    {
      environment,
      ...asked
    }: { readonly environment?: string } & Pick<OidcStep, 'branch' | 'audiences' | 'lifetime'> = {},
  ): string {
    const place = { workspace, repository };
    const { slug, uuid } = this.#directory.workspace(workspace);
    return this.oidc.token({
      ...asked,
      workspace: slug,
      workspaceUuid: uuid,
      repositoryUuid: this.#directory.repository(place).uuid,
      environmentUuid:
        environment === undefined ? undefined : this.#directory.environmentByName(place, environment).uuid,
    });
  }

  /** The discovery document of a workspace's issuer, which everybody may read. @throws BitbucketError 404 */
  oidcDiscovery({ workspace }: WorkspacePlace): object {
    return this.oidc.discovery(this.#directory.workspace(workspace).slug);
  }

  /** The issuer's keys, which everybody may read. @throws BitbucketError 404 */
  oidcKeys({ workspace }: WorkspacePlace): object {
    this.#directory.workspace(workspace);
    return this.oidc.keys();
  }

  /** What every pipeline of a workspace gets at this instant, secured values included. */
  workspaceVariables(workspace: string): Record<string, string> {
    return this.#directory.workspace(workspace).variables.reveal();
  }

  /** Calls back at the instant of every change, to measure for how long a pair of variables was torn. */
  onWrite(listener: (write: VariableWrite) => void): void {
    this.#listeners.push(listener);
  }

  /** Answers a request that arrived at an instant: what it writes says so. */
  answering<Answer>(askedAt: number, answer: () => Answer): Answer {
    this.#askedAt = askedAt;
    try {
      return answer();
    } finally {
      this.#askedAt = undefined;
    }
  }
}
