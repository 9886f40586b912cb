import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import type { RegistryEntry } from '../../functions/core/config/registry';
import type { TargetConfig } from '../../functions/core/hosts/target';
import type { Random } from '../../local/random';
import type { World } from '../../local/world';
import type { Pair } from './hosts/host';
import type { Places } from './hosts/register';
import type { Leaving } from './leaving';
import { type FailedLogin, type Login, Pipelines } from './pipelines';
import { stsClient } from './sts-client';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A target of a managed key. */
export interface PipelinePlace {
  readonly entry: RegistryEntry;
  readonly target: TargetConfig;
  /** How people call it. */
  readonly scope: string;
}

/** How pipelines live where things go wrong. */
export interface PipelineTrouble {
  /** Where they log in, one after the other. */
  readonly regions: readonly string[];
  /** Asked when a pipeline starts. @returns whether what it reads now is nobody's fault but that of what goes wrong */
  reads(place: PipelinePlace): boolean;
  /** A login has failed that nothing excuses. */
  failed(failure: FailedLogin<PipelinePlace>): void;
}

/** A pipeline of it. */
interface Started extends PipelinePlace {
  readonly isExcused: boolean;
}

/**
 * Pipelines of every target: each starts every few hours, authenticates over HTTP with what it reads and, up to two
 * hours later, again with what it read at its start.
 */
export class RehearsedPipelines {
  /** Those that nothing excuses. */
  readonly failures: FailedLogin<PipelinePlace>[] = [];
  /** Logins that failed and had to: see `PipelineTrouble.reads`. */
  excused = 0;
  /** Where something goes wrong. */
  trouble: PipelineTrouble | undefined;
  readonly #pipelines: Pipelines<Started>;
  readonly #clients = new Map<string, STSClient>();

  constructor(
    private readonly world: World,
    private readonly places: Places,
    private readonly random: Random,
    private readonly leaving?: Pick<Leaving, 'hasMoved'>,
  ) {
    this.#pipelines = new Pipelines({
      now: () => world.clock.now(),
      held: ({ target }) => places.held(target),
      userOf: ({ entry }) => entry.user,
      logIn: (pair) => this.#logIn(pair),
      failed: (failure) => this.#failed(failure),
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

  /** Whoever waited for a fresh key starts within minutes. @param after ms from now */
  startSoon(entry: RegistryEntry, target: TargetConfig, after: number): void {
    const place = { entry, target, scope: this.places.scopeOf(target) };
    this.world.scheduler.at(this.world.clock.now() + after, `pipeline of ${place.scope}`, () => this.#run(place));
  }

  close(): void {
    for (const client of this.#clients.values()) client.destroy();
  }

  async #run(place: PipelinePlace): Promise<void> {
    if (this.leaving?.hasMoved(place.entry)) return;
    const isExcused = this.trouble?.reads(place) === true;
    const logIn = this.#pipelines.begin({ ...place, isExcused });
    if (logIn === undefined) return;
    await logIn();
    const later = this.world.clock.now() + 5 * MINUTE + Math.floor(this.random() * 115 * MINUTE);
    this.world.scheduler.at(later, `end of the pipeline of ${place.scope}`, async () => logIn());
  }

  #failed(failure: FailedLogin<Started>): void {
    if (failure.place.isExcused) {
      this.excused += 1;
      return;
    }
    this.failures.push(failure);
    this.trouble?.failed(failure);
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
    const regions = this.trouble?.regions ?? [this.world.account.region];
    const region = regions[this.logins % regions.length] ?? this.world.account.region;
    const name = `${pair.accessKeyId} ${pair.secretAccessKey} ${region}`;
    const known = this.#clients.get(name);
    if (known !== undefined) return known;
    const client = stsClient(this.world, { region, credentials: pair });
    this.#clients.set(name, client);
    return client;
  }
}
