import * as z from 'zod';
import type { Time } from '../../account/ports';
import { KeyturnError } from '../../core/errors';
import { isSlugOrUuid } from '../../core/hosts/bitbucket-place';
import { Redacted } from '../../core/key/credential';
import type { KnownSecrets } from '../../core/key/known-secrets';
import { OutsideName, withoutSecrets } from '../../core/key/outside-name';
import { cleaned } from '../../core/outside-text';
import { type Call, HostError, nearlyUsedUp } from '../http/host-error';
import type { HttpRequest, Send } from '../http/http';
import { type Retry, type RetryPolicy, USUAL_RETRIES } from '../http/retry';
import type { BitbucketAuth } from './auth';
import { pageSchema, readList } from './list';

/** It becomes a part of a path that the token goes to. */
const uuid = z.string().regex(/^\{?[\w-]{1,64}\}?$/);

function environmentSchemaOf(secrets: KnownSecrets) {
  return z.object({ uuid, name: z.string() }).transform((given) => ({
    uuid: given.uuid,
    name: new OutsideName(given.name, secrets),
    /** The UUID for people. */
    shownUuid: withoutSecrets(given.uuid, secrets),
  }));
}
type EnvironmentSchema = ReturnType<typeof environmentSchemaOf>;
export type Environment = z.output<EnvironmentSchema>;

/** Braces may be there or not; a tag takes none. */
const lastingId = z
  .string()
  .regex(/^\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/i)
  .transform((text) => text.replace(/[{}]/g, '').toLowerCase());
const userSchema = z.object({ display_name: z.string().nullish(), nickname: z.string().nullish() });
const identitySchema = z.object({ uuid: lastingId, workspace: z.object({ uuid: lastingId }).optional() });

const repositorySchema = z.object({ uuid, full_name: z.string() });
type Repository = z.infer<typeof repositorySchema>;

/** Bitbucket never gives the value of a secured variable. A variable without the flag counts as unsecured. */
const variableSchema = z.object({
  uuid,
  key: z.string(),
  value: z.string().nullish(),
  secured: z.boolean().default(false),
});
export type Variable = z.infer<typeof variableSchema>;

/** A variable as it should be. */
export interface VariableValue {
  readonly key: string;
  readonly value: Redacted;
  readonly secured: boolean;
}

/** A variable that exists but is in no list yet: new ones take seconds to show up (the Terraform provider waits 5 s). */
const NEW_VARIABLE = 2_000;

/** A UUID that no variable has. */
const NO_VARIABLE = '{00000000-0000-4000-8000-000000000000}';
const TRIED: VariableValue = { key: 'KEYTURN_TRIES_TO_WRITE', value: new Redacted('nothing'), secured: false };

/**
 * Says that less than a fifth of the hour's requests is left; to access tokens alone (Atlassian's "Introducing Scaled Rate
 * Limits for Bitbucket Cloud API").
 */
const NEAR_LIMIT = 'x-ratelimit-nearlimit';

/** Refusals of a request by a host that takes writes from this token, as far as can be told. */
const SAYS_NOTHING_OF_RIGHTS: ReadonlySet<number> = new Set([400, 404, 405, 409, 410, 422]);

/**
 * Whether an answer only says that the token may not know. Of a kind of token that cannot ask this at all Bitbucket says
 * 401, as of one that has ended; what was compared before was asked by one that could.
 */
function isUntold(status: number | undefined, need: 'needed' | 'wanted'): boolean {
  if (status === 401) return need === 'wanted';
  return status === 403 || (status !== undefined && SAYS_NOTHING_OF_RIGHTS.has(status));
}

/** The part of Bitbucket Cloud's REST API 2.0 that a delivery uses, for one connection. */
export class BitbucketClient {
  /** By the path of a list, the half of a pair that was refused there the last time. A hint: another process has its own. */
  readonly refused = new Map<string, string | undefined>();
  readonly #url: string;
  readonly #auth: BitbucketAuth;
  readonly #send: Send;
  readonly #retry: Retry;
  readonly #environmentSchema: EnvironmentSchema;
  readonly #environments = new Map<string, Promise<readonly Environment[]>>();
  readonly #secrets: KnownSecrets;
  readonly #time: Time;
  #scopes: readonly string[] | undefined;

  constructor(props: {
    readonly url: string;
    readonly auth: BitbucketAuth;
    readonly send: Send;
    readonly retry: Retry;
    readonly secrets: KnownSecrets;
    readonly time: Time;
  }) {
    this.#url = props.url.replace(/\/+$/, '');
    this.#auth = props.auth;
    this.#send = props.send;
    this.#retry = props.retry;
    this.#environmentSchema = environmentSchemaOf(props.secrets);
    this.#secrets = props.secrets;
    this.#time = props.time;
  }

  /** What the token may do, as the last answer said; undefined where none has said it. */
  get scopes(): readonly string[] | undefined {
    return this.#scopes;
  }

  /** Whose the token is; undefined where it may not ask: of most kinds it may not. */
  async user(call: Call): Promise<string | undefined> {
    try {
      const { display_name: name, nickname } = await this.#retry(USUAL_RETRIES, () =>
        this.#authorized({ method: 'GET', url: `${this.#url}/user` }, userSchema, call),
      );
      const who = name ?? nickname;
      return typeof who === 'string' ? withoutSecrets(who, this.#secrets) : undefined;
    } catch (thrown) {
      if (thrown instanceof HostError && isUntold(thrown.status, 'wanted')) return undefined;
      throw thrown;
    }
  }

  /**
   * All environments of a repository; asked once in the client's life.
   * @param fresh asks again
   */
  environments(repository: string, call: Call, fresh: boolean): Promise<readonly Environment[]> {
    const known = this.#environments.get(repository);
    if (known !== undefined && !fresh) return known;
    const path = `/repositories/${encodePath(repository)}/environments`;
    const asked = this.#list(path, this.#environmentSchema, call, USUAL_RETRIES);
    this.#environments.set(repository, asked);
    asked.catch(() => {
      if (this.#environments.get(repository) === asked) this.#environments.delete(repository);
    });
    return asked;
  }

  /**
   * Whose a repository or a workspace is: the UUIDs of workspace and repository. Asked each time, because it is what a
   * write that follows stands on.
   * @param path of it, below the API's base
   * @returns undefined where the token may not read it: scopes of Pipelines do not include that of the repository
   * @throws HostError `token-rejected` where it is needed and the host does not take the token
   */
  async identity(path: string, need: 'needed' | 'wanted', call: Call): Promise<string | undefined> {
    const request = { method: 'GET', url: `${this.#url}${path}` } as const;
    try {
      const { uuid, workspace } = await this.#retry(USUAL_RETRIES, () =>
        this.#authorized(request, identitySchema, call),
      );
      return workspace === undefined ? uuid : `${workspace.uuid}/${uuid}`;
    } catch (thrown) {
      if (thrown instanceof HostError && isUntold(thrown.status, need)) return undefined;
      throw thrown;
    }
  }

  /** The repositories of a workspace that the token may see. */
  repositories(workspace: string, call: Call): Promise<readonly Repository[]> {
    return this.#list(`/repositories/${encodePath(workspace, 1)}`, repositorySchema, call, USUAL_RETRIES);
  }

  /** All variables of a list. @param path of the list, below the API's base */
  variables(path: string, call: Call, policy: RetryPolicy = USUAL_RETRIES): Promise<readonly Variable[]> {
    return this.#list(path, variableSchema, call, policy);
  }

  /**
   * Opens a second connection beside the one that the look-ups use, so that the two writes of a pair need not wait for a
   * handshake of one of them. Its answer and its failure mean nothing.
   */
  async warmUp(path: string, call: Call): Promise<void> {
    const request = { method: 'GET', url: `${this.#url}${path}?pagelen=1` } as const;
    await this.#authorized(request, z.unknown(), call).catch(() => undefined);
  }

  /** Once. 409 means that the list has the name already. */
  createVariable(path: string, variable: VariableValue, call: Call): Promise<Variable> {
    return this.#write('POST', path, variable, { ...call, outdatedOn: { 409: NEW_VARIABLE } });
  }

  /** Once. 404 means that the variable is gone. */
  updateVariable(path: string, uuid: string, variable: VariableValue, call: Call): Promise<Variable> {
    return this.#write('PUT', `${path}/${encodeURIComponent(uuid)}`, variable, {
      ...call,
      outdatedOn: { 404: 0, 409: NEW_VARIABLE },
    });
  }

  /**
   * Once. Asks to write a variable that no list has: whoever may write is told that there is none, 404, and nothing has
   * changed.
   * @returns whether that was the answer; another refusal of the request itself shows nothing
   * @throws HostError when the token may not write, or the host does not take writes now, or soon not any more
   */
  async tryToWrite(path: string, call: Call): Promise<boolean> {
    let isNear = false;
    const onHeaders: HttpRequest['onHeaders'] = (headers) => {
      isNear = /^true$/i.test(String(headers[NEAR_LIMIT]));
    };
    const shown = await this.#write('PUT', `${path}/${encodeURIComponent(NO_VARIABLE)}`, TRIED, call, onHeaders).then(
      () => false,
      (thrown: unknown) => {
        const status = thrown instanceof HostError ? thrown.status : undefined;
        if (status === undefined || !SAYS_NOTHING_OF_RIGHTS.has(status)) throw thrown;
        return status === 404;
      },
    );
    if (isNear) throw nearlyUsedUp(call, this.#time.now());
    return shown;
  }

  /** Once. A variable that is gone already counts as deleted. */
  async deleteVariable(path: string, uuid: string, call: Call): Promise<void> {
    const request = { method: 'DELETE', url: `${this.#url}${path}/${encodeURIComponent(uuid)}` } as const;
    try {
      await this.#authorized(request, z.unknown(), call);
    } catch (thrown) {
      if (!(thrown instanceof HostError) || thrown.status !== 404) throw thrown;
    }
  }

  #write(
    method: 'POST' | 'PUT',
    path: string,
    { key, value, secured }: VariableValue,
    call: Call,
    onHeaders?: HttpRequest['onHeaders'],
  ): Promise<Variable> {
    const text = new Redacted(JSON.stringify({ key, value: value.reveal(), secured }));
    const body = { type: 'application/json', text } as const;
    const request = { method, url: `${this.#url}${path}`, body, onHeaders } as const;
    return this.#authorized(request, variableSchema, call);
  }

  #list<T extends { uuid: string }>(
    path: string,
    item: z.ZodType<T>,
    call: Call,
    policy: RetryPolicy,
  ): Promise<readonly T[]> {
    const page = pageSchema(item);
    const ask = (url: string) => this.#retry(policy, () => this.#authorized({ method: 'GET', url }, page, call));
    return readList({ list: `${this.#url}${path}`, call, ask });
  }

  /** Sends a request; when the token is refused and there is another one, once more. */
  async #authorized<T>(request: Omit<HttpRequest, 'authorization'>, schema: z.ZodType<T>, call: Call): Promise<T> {
    const authorization = await this.#auth.header();
    const onHeaders: HttpRequest['onHeaders'] = (headers) => {
      this.#scopes = scopesIn(headers, this.#secrets) ?? this.#scopes;
      request.onHeaders?.(headers);
    };
    try {
      return await this.#send({ ...request, authorization, onHeaders }, schema, call);
    } catch (thrown) {
      if (!(thrown instanceof HostError) || thrown.status !== 401) throw thrown;
      const renewed = await this.#auth.renew(authorization);
      if (renewed === undefined) throw thrown;
      return this.#send({ ...request, authorization: renewed, onHeaders }, schema, call);
    }
  }
}

/**
 * Encodes each part of `workspace/repository`; UUIDs come in braces, which become `%7B` and `%7D`.
 * @param count how many parts it has: 1 for a workspace
 * @throws KeyturnError `invalid-config` for what would lead the token to another path
 */
export function encodePath(path: string, count = 2): string {
  const parts = path.split('/');
  if (parts.length !== count || !parts.every(isSlugOrUuid)) {
    const what = `"${cleaned(path)}" cannot be a part of a path at Bitbucket`;
    throw new KeyturnError(
      'invalid-config',
      `${what}: nothing was sent. Correct the target and deploy the stack again.`,
    );
  }
  return parts.map(encodeURIComponent).join('/');
}

/** `pipeline:variable`, `read:pipeline:bitbucket`: nothing else of the header goes on. */
const SCOPE = /^[a-z][a-z:_-]{0,60}$/;
const MOST_SCOPES = 100;

/** Bitbucket says with each answer to somebody it knows what the token may do. */
function scopesIn(headers: Readonly<Record<string, unknown>>, secrets: KnownSecrets): readonly string[] | undefined {
  const said = headers['x-oauth-scopes'];
  if (typeof said !== 'string') return undefined;
  const scopes = said.split(/[\s,]+/).filter((scope) => SCOPE.test(scope) && !secrets.isIn(scope));
  return [...new Set(scopes)].sort().slice(0, MOST_SCOPES);
}
