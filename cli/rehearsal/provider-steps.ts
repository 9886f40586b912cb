import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { ProviderConfig, ProviderRule } from '../../functions/core/config/provider-config';
import { usualAudience } from '../../functions/core/hosts/bitbucket-oidc';
import type { Random } from '../../local/random';
import type { World } from '../../local/world';
import { type Amiss, daily } from './role-steps';
import { stsClient } from './sts-client';

const MINUTE = 60_000;
/** When a token is shown again: later than an answer that was lost is asked for, and long before the token ends. */
const USED_AGAIN = 2 * MINUTE;
/** How long the endpoint does not ask again after what failed, at most, and the time of a request. */
const STILL_FELT = MINUTE + 1_000;
/** When people run a step again that AWS or the issuer kept from its secrets. */
const RUN_AGAIN = 15 * MINUTE;
const NOBODYS = '{00000000-0000-4000-8000-000000000000}';

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** @default - they are a key's */
  readonly sessionToken?: string;
}

/** What a step's token says of it. */
interface Shown {
  readonly workspaceUuid: string;
  readonly audience: string;
  readonly repository: string;
  readonly environment: string | undefined;
  readonly branch: string;
}

/** Steps that differ in one thing from those that a rule means, in turns; undefined where the rule does not ask for it. */
const STRANGERS: readonly ((step: Shown, rule: ProviderRule) => Shown | undefined)[] = [
  (step) => ({ ...step, repository: NOBODYS }),
  (step, { anyStep }) => (anyStep ? undefined : { ...step, environment: NOBODYS }),
  (step, { anyStep }) => (anyStep ? undefined : { ...step, environment: undefined }),
  (step, { branches }) => (branches === undefined ? undefined : { ...step, branch: `${step.branch}-of-others` }),
  (step) => ({ ...step, audience: `${step.audience}-of-others` }),
  (step) => ({ ...step, workspaceUuid: NOBODYS }),
];

/**
 * Steps of Bitbucket Pipelines that fetch their secrets from the stack's endpoint: once a day one that a rule means, which
 * logs in with all credentials that it gets, and shows its token again minutes later, which is refused; and one that no rule
 * means. What keeps the endpoint from deciding excuses that a step is told so, and neither a refusal nor a wrong value.
 */
export class ProviderSteps {
  /** Rules of the endpoint. */
  rules = 0;
  /** Steps that got their secrets and logged in with every key among them. */
  steps = 0;
  logins = 0;
  /** Steps that no rule means, and tokens that had been used, which got nothing. */
  refused = 0;
  /** Steps that were told that nobody could decide while AWS or the issuer failed the endpoint, and are run again. */
  undecided = 0;
  /** Of these, those that have not got their secrets yet; and the longest time until one had them, in ms. */
  waiting = 0;
  longestWait = 0;
  /** Where something goes wrong. */
  trouble: { hasMetProvider(since: number): boolean } | undefined;
  readonly failures: Amiss[] = [];
  readonly letIn: Amiss[] = [];

  constructor(
    private readonly world: World,
    private readonly random: Random,
  ) {}

  start(config: ProviderConfig): void {
    const { scheduler, hosts, httpApis } = this.world;
    const { workspace } = config.bitbucket;
    const [url] = httpApis.ids.flatMap((id) => httpApis.find(id)?.url ?? []);
    if (url === undefined) return;
    if (!hosts.bitbucket.hasWorkspace(workspace)) hosts.bitbucket.addWorkspace(workspace);
    this.rules = config.rules.length;
    for (const rule of config.rules) {
      let turn = 0;
      scheduler.every(daily(this.random), `step of the rule ${rule.name}`, () => this.#run(url, config, rule, turn++));
    }
  }

  async #run(url: string, { bitbucket }: ProviderConfig, rule: ProviderRule, turn: number): Promise<void> {
    const { workspace, workspaceUuid, audience = usualAudience(workspaceUuid) } = bitbucket;
    const step: Shown = {
      workspaceUuid,
      audience,
      repository: rule.repositoryUuid,
      environment: rule.environmentUuids?.[0],
      branch: rule.branches?.[0] ?? 'main',
    };
    const stranger = STRANGERS[turn % STRANGERS.length]?.(step, rule);
    if (stranger !== undefined) await this.#refuses(url, this.#token(workspace, stranger), rule, 'a step of others');
    await this.#fetches(url, () => this.#token(workspace, step), rule);
  }

  /** @param since when it first asked and nobody could decide, if it did */
  async #fetches(url: string, newToken: () => string, rule: ProviderRule, since?: number): Promise<void> {
    const { scheduler, clock } = this.world;
    const begunAt = clock.now();
    const token = newToken();
    const given = await ask(url, token);
    if (given.variables === undefined) {
      if (!this.#isExcused(given.status, begunAt)) {
        this.failures.push(this.#amiss(rule, `status ${given.status}`));
        return;
      }
      if (since === undefined) {
        this.undecided += 1;
        this.waiting += 1;
      }
      scheduler.at(clock.now() + RUN_AGAIN, `step of the rule ${rule.name}, again`, () =>
        this.#fetches(url, newToken, rule, since ?? begunAt),
      );
      return;
    }
    if (since !== undefined) {
      this.waiting -= 1;
      this.longestWait = Math.max(this.longestWait, clock.now() - since);
    }
    if (await this.#logsIn(given.variables, rule)) this.steps += 1;
    scheduler.at(clock.now() + USED_AGAIN, `used token of the rule ${rule.name}`, () =>
      this.#refuses(url, token, rule, 'a used token'),
    );
  }

  /** It is told that nobody could decide, and something has met the endpoint that may have been in the way. */
  #isExcused(status: number, askedAt: number): boolean {
    return status >= 500 && this.trouble?.hasMetProvider(askedAt - STILL_FELT) === true;
  }

  async #refuses(url: string, token: string, rule: ProviderRule, who: string): Promise<void> {
    const askedAt = this.world.clock.now();
    const { status } = await ask(url, token);
    const amiss = this.#amiss(rule, `${who} was answered ${status}`);
    if (status === 401 || status === 403 || this.#isExcused(status, askedAt)) this.refused += 1;
    else (status === 200 ? this.letIn : this.failures).push(amiss);
  }

  /** @returns whether every credential that was given authenticates */
  async #logsIn(variables: Readonly<Record<string, string>>, rule: ProviderRule): Promise<boolean> {
    const given = [...rule.keys, ...rule.roles].map((names) => ({
      accessKeyId: variables[names.accessKeyId] ?? '',
      secretAccessKey: variables[names.secretAccessKey] ?? '',
      ...('sessionToken' in names && { sessionToken: variables[names.sessionToken] ?? '' }),
    }));
    const errors = await Promise.all(given.map((credentials) => this.#errorOf(credentials)));
    this.logins += errors.filter((error) => error === undefined).length;
    const missing = rule.secrets.some(({ variable }) => variables[variable] === undefined);
    const [error = missing ? 'a secret is missing' : undefined] = errors.flatMap((one) => one ?? []);
    if (error !== undefined) this.failures.push(this.#amiss(rule, error));
    return error === undefined;
  }

  async #errorOf(credentials: Credentials): Promise<string | undefined> {
    const client = stsClient(this.world, { credentials });
    try {
      await client.send(new GetCallerIdentityCommand({}));
      return undefined;
    } catch (thrown) {
      return thrown instanceof Error ? thrown.name : 'unknown';
    } finally {
      client.destroy();
    }
  }

  #token(workspace: string, { workspaceUuid, audience, repository, environment, branch }: Shown): string {
    return this.world.hosts.bitbucket.oidc.token({
      workspace,
      workspaceUuid,
      repositoryUuid: repository,
      environmentUuid: environment,
      branch,
      audiences: [audience],
    });
  }

  #amiss({ name }: ProviderRule, error: string): Amiss {
    return { at: this.world.clock.now(), of: name, error };
  }
}

/** As a runner does. */
async function ask(url: string, token: string) {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const text = await answer.text();
  const variables: Record<string, string> | undefined = answer.status === 200 ? JSON.parse(text) : undefined;
  return { status: answer.status, variables };
}
