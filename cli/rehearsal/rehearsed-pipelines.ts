import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { RegistryEntry } from '../../functions/core/config/registry';
import type { TargetConfig } from '../../functions/core/hosts/target';
import type { Random } from '../../local/random';
import type { World } from '../../local/world';
import type { Pair } from './hosts/host';
import type { Places } from './hosts/register';
import { type FailedLogin, type Login, Pipelines } from './pipelines';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A target of a managed key. */
interface PipelinePlace {
  readonly entry: RegistryEntry;
  readonly target: TargetConfig;
  /** How people call it. */
  readonly scope: string;
}

/**
 * Pipelines of every target: each starts every few hours, authenticates over HTTP with what it reads and, up to two
 * hours later, again with what it read at its start.
 */
export class RehearsedPipelines {
  readonly failures: FailedLogin<PipelinePlace>[] = [];
  readonly #pipelines: Pipelines<PipelinePlace>;
  readonly #clients = new Map<string, STSClient>();

  constructor(
    private readonly world: World,
    private readonly places: Places,
    private readonly random: Random,
  ) {
    this.#pipelines = new Pipelines({
      now: () => world.clock.now(),
      held: ({ target }) => places.held(target),
      userOf: ({ entry }) => entry.user,
      logIn: (pair) => this.#logIn(pair),
      failed: (failure) => void this.failures.push(failure),
    });
  }

  get logins(): number {
    return this.#pipelines.logins;
  }

  start(entries: readonly RegistryEntry[]): void {
    for (const entry of entries) {
      for (const target of entry.targets) {
        const place = { entry, target, scope: this.places.scopeOf(target) };
        const next = (after: number) => after + 4 * HOUR + Math.floor(this.random() * 4 * HOUR);
        this.world.scheduler.every(next, `pipeline of ${place.scope}`, () => this.#run(place));
      }
    }
  }

  close(): void {
    for (const client of this.#clients.values()) client.destroy();
  }

  async #run(place: PipelinePlace): Promise<void> {
    const logIn = this.#pipelines.begin(place);
    if (logIn === undefined) return;
    await logIn();
    const later = this.world.clock.now() + 5 * MINUTE + Math.floor(this.random() * 115 * MINUTE);
    this.world.scheduler.at(later, `end of the pipeline of ${place.scope}`, async () => logIn());
  }

  async #logIn(pair: Pair): Promise<Login> {
    try {
      const { Arn = '' } = await this.#client(pair).send(new GetCallerIdentityCommand({}));
      return { arn: Arn };
    } catch (thrown) {
      return { error: thrown instanceof Error ? thrown.name : 'unknown' };
    }
  }

  #client(pair: Pair): STSClient {
    const name = `${pair.accessKeyId} ${pair.secretAccessKey}`;
    const known = this.#clients.get(name);
    if (known !== undefined) return known;
    const offset = () => this.world.clock.now() - Date.now();
    const client = new STSClient({
      endpoint: this.world.accountUrl,
      region: this.world.account.region,
      credentials: pair,
      maxAttempts: 1,
    });
    client.middlewareStack.add(
      (next) => (args) => {
        client.config.systemClockOffset = offset();
        return next(args);
      },
      { step: 'initialize' },
    );
    this.#clients.set(name, client);
    return client;
  }
}
