import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { RegistryEntry } from '../../functions/core/config/registry';
import type { TargetConfig } from '../../functions/core/hosts/target';
import type { Random } from '../../local/random';
import type { World } from '../../local/world';
import type { Pair } from './hosts/host';
import type { Places } from './hosts/register';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A login that did not work: the one thing that must never happen (K1). */
export interface FailedLogin {
  readonly at: number;
  readonly key: string;
  readonly target: string;
  readonly accessKeyId: string;
  /** AWS's error name. */
  readonly error: string;
}

/**
 * Pipelines of every target: each starts every few hours, reads its variables once, authenticates with them at once
 * and, up to two hours later, again with what it read at its start.
 */
export class Pipelines {
  logins = 0;
  readonly failures: FailedLogin[] = [];
  readonly #clients = new Map<string, STSClient>();

  constructor(
    private readonly world: World,
    private readonly places: Places,
    private readonly random: Random,
  ) {}

  start(entries: readonly RegistryEntry[]): void {
    for (const entry of entries) {
      for (const target of entry.targets) {
        const next = (after: number) => after + 4 * HOUR + Math.floor(this.random() * 4 * HOUR);
        this.world.scheduler.every(next, `pipeline of ${this.places.scopeOf(target)}`, () => this.#run(entry, target));
      }
    }
  }

  close(): void {
    for (const client of this.#clients.values()) client.destroy();
  }

  async #run(entry: RegistryEntry, target: TargetConfig): Promise<void> {
    const credential = this.places.pairAt(target);
    // Before its first delivery a target may be empty; K1 counts from then on.
    if (credential === undefined) return;
    const login = () => this.#login(entry, target, credential);
    await login();
    const later = this.world.clock.now() + 5 * MINUTE + Math.floor(this.random() * 115 * MINUTE);
    this.world.scheduler.at(later, `end of the pipeline of ${this.places.scopeOf(target)}`, login);
  }

  async #login(entry: RegistryEntry, target: TargetConfig, credential: Pair): Promise<void> {
    this.logins += 1;
    const { accessKeyId } = credential;
    const failed = (error: string) => {
      this.failures.push({
        at: this.world.clock.now(),
        key: entry.id,
        target: this.places.scopeOf(target),
        accessKeyId,
        error,
      });
    };
    try {
      const { Arn = '' } = await this.#client(credential).send(new GetCallerIdentityCommand({}));
      if (!Arn.endsWith(`/${entry.user}`)) failed(`authenticated as ${Arn}`);
    } catch (thrown) {
      failed(thrown instanceof Error ? thrown.name : 'unknown');
    }
  }

  #client(credential: Pair): STSClient {
    const name = `${credential.accessKeyId} ${credential.secretAccessKey}`;
    const known = this.#clients.get(name);
    if (known !== undefined) return known;
    const offset = () => this.world.clock.now() - Date.now();
    const client = new STSClient({
      endpoint: this.world.accountUrl,
      region: this.world.account.region,
      credentials: credential,
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
