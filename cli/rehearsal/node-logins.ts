import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { RegistryEntry } from '../../functions/core/config/registry';
import type { Random } from '../../local/random';
import type { World } from '../../local/world';
import { pairRead } from './hosts/data-center';
import { type Pair, pairOf } from './hosts/host';
import type { Amiss } from './role-steps';
import { stsClient } from './sts-client';

const HOUR = 3_600_000;

/** One node that holds one key. */
interface NodeOfKey {
  readonly node: string;
  readonly entry: RegistryEntry;
}

/** The nodes of Data Centers: each logs in every few hours with what it has in its memory, while it serves. */
export class NodeLogins {
  logins = 0;
  readonly failures: Amiss[] = [];
  #all: readonly NodeOfKey[] = [];

  constructor(
    private readonly world: World,
    private readonly random: Random,
  ) {}

  start(entries: readonly RegistryEntry[]): void {
    this.#all = entries.flatMap((entry) =>
      entry.targets.flatMap((target) =>
        target.type === 'data-center' ? target.nodes.map((node) => ({ node, entry })) : [],
      ),
    );
    for (const one of this.#all) {
      const next = (after: number) => after + 4 * HOUR + Math.floor(this.random() * 4 * HOUR);
      this.world.scheduler.every(next, `node ${one.node}`, () => this.#run(one));
    }
  }

  get nodes(): readonly string[] {
    return [...new Set(this.#all.map(({ node }) => node))];
  }

  /** Restarts of all nodes. */
  get restarts(): number {
    return this.world.hosts.dataCenter.outages.length;
  }

  /** Restarts of a node for a version for which it had been restarted already, and nobody has asked for since. */
  get repeated(): number {
    const { outages } = this.world.hosts.dataCenter;
    return (
      outages.length - new Set(outages.map(({ node, versionId, askedAt }) => `${node} ${versionId} ${askedAt}`)).size
    );
  }

  get mostDown(): number {
    return this.world.hosts.dataCenter.mostDown(this.nodes);
  }

  async #run({ node, entry }: NodeOfKey): Promise<void> {
    const { dataCenter } = this.world.hosts;
    const { properties } = dataCenter.node(node);
    const pair = properties && pairOf(pairRead(properties, entry.id));
    if (pair === undefined) return;
    this.logins += 1;
    const error = await this.#logIn(pair, entry.user);
    if (error !== undefined) this.failures.push({ at: this.world.clock.now(), of: `${node} with ${entry.id}`, error });
  }

  /** @returns why it was of no use */
  async #logIn(credentials: Pair, user: string): Promise<string | undefined> {
    const client = stsClient(this.world, { credentials });
    try {
      const { Arn = '' } = await client.send(new GetCallerIdentityCommand({}));
      return Arn.endsWith(`/${user}`) ? undefined : `it is ${Arn}`;
    } catch (thrown) {
      return thrown instanceof Error ? thrown.name : 'unknown';
    } finally {
      client.destroy();
    }
  }
}
