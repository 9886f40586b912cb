import type { RegistryEntry } from '../../functions/core/config/registry';
import { isObserved } from '../../functions/core/lifecycle/observed';
import { secretName } from '../../functions/core/names';
import type { World } from '../../local/world';
import { exitsCommand } from '../commands/exits';
import { migrateCommand } from '../commands/migrate';
import { exitsSchema } from '../documents/exits';
import { migrateSchema } from '../documents/migrate';
import type { WayOutRow } from '../documents/simulate';
import { blockersOf } from '../exits/blockers';
import { changesOf } from '../exits/change';
import { deployedRolePath, rolesThatRead } from '../exits/readers';
import { typeCommand } from './administrator';
import { withLines } from './with-lines';

const DAY = 86_400_000;

/** What was deployed, as people write it; it is deployed again with what `keyturn migrate` writes. */
export interface Configuration {
  /** `keyturn.yaml`. */
  readonly text: string;
  /** Deploys another text. @returns its entries */
  readonly deploy: (text: string) => Promise<readonly RegistryEntry[]>;
}

/** A managed key whose pipelines move to roles, and what became of it; instants are ms since the epoch. */
export interface LeavingKey {
  readonly entry: RegistryEntry;
  /** Roles that take over. */
  readonly roles: readonly string[];
  /** When somebody begins to move its pipelines. */
  readonly movesAt: number;
  /** When they had moved: from then on they use only the roles. */
  readonly movedAt?: number;
  /** What `keyturn exits` said then. */
  readonly exits?: WayOutRow['exits'];
  /** What `keyturn migrate` said, each stage once. */
  readonly stages: WayOutRow['stages'];
  /** When its entry said that roles replace it. */
  readonly writtenAt?: number;
  readonly goneAt?: number;
  /** What its user had when `migrate` was asked last. */
  readonly seen?: string;
}

/**
 * Keys that leave, as a person has them leave. In the middle of the days `keyturn exits` is asked; where it lets the
 * pipelines go they take the roles, and every day `keyturn migrate` is asked, until it has written that the key retires.
 * Its lines are deployed, and then the functions go on alone. Where the entry names its roles from the first day, that has
 * been done before.
 */
export class Leaving {
  #keys: readonly LeavingKey[];
  #configuration: Configuration | undefined;

  constructor(
    private readonly world: World,
    private readonly entries: readonly RegistryEntry[],
    { since, days }: { readonly since: number; readonly days: number },
  ) {
    const movesAt = since + Math.floor(days / 2) * DAY;
    this.#keys = entries.map((entry) => ({
      entry,
      roles: entry.replacedBy?.roles ?? [],
      movesAt,
      stages: [],
      ...(entry.replacedBy && { movedAt: movesAt, writtenAt: since }),
    }));
  }

  /** Those that leave. */
  get keys(): readonly LeavingKey[] {
    return this.#keys.filter(({ roles }) => roles.length > 0);
  }

  /**
   * The stack is deployed: keys leave too whose roles stand ready by the names that `exits` gives them, where nothing but
   * what uses a key could keep it.
   *
   * @param ready ARNs of roles that steps can take
   */
  begin(configuration: Configuration, ready: ReadonlySet<string>): void {
    this.#configuration = configuration;
    const { account } = this.world;
    const place = { partition: 'aws', account: account.accountId };
    this.#keys = this.#keys.map((key) => {
      const { entry, roles } = key;
      if (roles.length > 0 || isObserved(entry)) return key;
      const { ResourcePolicy } = account.secretsManager.getResourcePolicy({ SecretId: secretName(entry.id) });
      // Nothing is read yet of what its keys did.
      const unseen = { keys: [], readBack: undefined, since: new Date(this.world.clock.now()), regions: [] };
      const rolePath = deployedRolePath(ResourcePolicy);
      const seen = { ...entry, ...unseen, readers: rolesThatRead(ResourcePolicy), rolePath };
      const wanted = changesOf(seen, place, false).map(({ roleArn }) => roleArn);
      const canGo = blockersOf(seen, []).length === 0 && wanted.every((role) => ready.has(role));
      return canGo ? { ...key, roles: wanted } : key;
    });
  }

  /** Whether its pipelines have no use for its variables any more. */
  hasMoved({ id }: Pick<RegistryEntry, 'id'>): boolean {
    return this.keys.some(({ entry, movedAt }) => entry.id === id && this.#isPast(movedAt));
  }

  /** Whether steps do not take a role yet, as they have a key. */
  holdsBack(role: string): boolean {
    return this.keys.some(({ roles, movedAt }) => roles.includes(role) && movedAt === undefined);
  }

  /** What people do at the end of a day. */
  async endDay(): Promise<void> {
    for (const key of this.keys) {
      if (!this.#isPast(key.movesAt)) continue;
      const now = this.world.clock.now();
      const next = key.writtenAt === undefined ? await this.#moves(key, now) : await this.#goes(key, now);
      this.#keys = this.#keys.map((one) => (one === key ? next : one));
    }
  }

  /** Access keys of its user that there are still. */
  left({ entry }: Pick<LeavingKey, 'entry'>): number {
    return this.#listed(entry).length;
  }

  /** By when `migrate` has said that it retires: the steps take the roles within a day. */
  retiresBy({ movesAt }: LeavingKey): number {
    return movesAt + SAID_WITHIN * DAY;
  }

  /**
   * By when nothing of it can be left: it may be rotated before it has been idle, and an older key of its user goes first,
   * by its dates and its hold; then it has to be idle, Inactive for its recovery, and each of these is a daily run's.
   */
  goneBy({ entry, movesAt, writtenAt = Number.POSITIVE_INFINITY }: LeavingKey): number {
    const { rotateAfter, deactivateAfter, deleteAfter, holdLimit } = entry.policy;
    const older = deleteAfter - rotateAfter + holdLimit;
    const { idleFor = 0 } = entry.replacedBy ?? {};
    return (
      Math.max(movesAt, writtenAt) + (idleFor + Math.max(older, idleFor) + deleteAfter - deactivateAfter + RUNS) * DAY
    );
  }

  get rows(): readonly WayOutRow[] {
    return this.keys.map(({ entry, roles, exits, stages, movedAt, writtenAt, goneAt }) => ({
      key: entry.id,
      roles: [...roles],
      exits,
      movedAt: this.#isPast(movedAt) ? isoOf(movedAt) : undefined,
      stages,
      writtenAt: isoOf(writtenAt),
      goneAt: isoOf(goneAt),
    }));
  }

  /** Entries as they are deployed now. */
  get deployed(): readonly RegistryEntry[] {
    return this.entries.map((entry) => this.#keys.find((key) => key.entry.id === entry.id)?.entry ?? entry);
  }

  async #moves(key: LeavingKey, now: number): Promise<LeavingKey> {
    const { entry, movedAt } = key;
    if (movedAt === undefined) {
      const exits = await this.#exits(entry.id);
      const mayGo = exits.role === 'yes' || exits.role === 'perhaps';
      return { ...key, exits, ...(mayGo && { movedAt: now }) };
    }
    const { next, lines } = await this.#asks(key);
    if (lines === undefined || this.#configuration === undefined) return next;
    const text = withLines(this.#configuration.text, entry.id, lines);
    const entries = await this.#configuration.deploy(text);
    this.#configuration = { ...this.#configuration, text };
    return { ...next, entry: entries.find(({ id }) => id === entry.id) ?? entry, writtenAt: now };
  }

  async #goes(key: LeavingKey, now: number): Promise<LeavingKey> {
    const left = this.#listed(key.entry);
    const seen = left.map(({ id, status }) => `${id} ${status}`).join();
    if (seen === key.seen) return key;
    const { next } = await this.#asks(key);
    return { ...next, seen, ...(left.length === 0 && { goneAt: now }) };
  }

  async #exits(id: string): Promise<NonNullable<WayOutRow['exits']>> {
    const { keys, at } = exitsSchema.parse(JSON.parse(await typeCommand(this.world, exitsCommand, [id, '--json'])));
    const [{ role = 'unknown', clients = [], calls = [], blockers = [] } = {}] = keys;
    return {
      at,
      role,
      calls: calls.reduce((sum, { times }) => sum + times, 0),
      clients: clients.length,
      blockers: blockers.map(({ says }) => says),
    };
  }

  /** @returns also the lines of its entry that it wrote, if any */
  async #asks(key: LeavingKey): Promise<{ readonly next: LeavingKey; readonly lines: string | undefined }> {
    const args = [key.entry.id, '--to', 'role', '--json'];
    const { stage, at, write } = migrateSchema.parse(JSON.parse(await typeCommand(this.world, migrateCommand, args)));
    const isNew = key.stages.at(-1)?.stage !== stage;
    const next = isNew ? { ...key, stages: [...key.stages, { stage, at }] } : key;
    return { next, lines: stage === 'retire' ? write[0]?.text : undefined };
  }

  #listed({ user }: RegistryEntry) {
    const { users, accessKeys } = this.world.account.iam;
    return accessKeys.of(users.get(user));
  }

  #isPast(instant: number | undefined): instant is number {
    return instant !== undefined && this.world.clock.now() >= instant;
  }
}

/** Daily runs between its steps, IAM's delay of what was used, and the step that was under way when it moved. */
const RUNS = 4;
/** Days until each role has been taken, and `migrate` has seen it. */
const SAID_WITHIN = 4;

function isoOf(instant: number | undefined): string | undefined {
  return instant === undefined ? undefined : new Date(instant).toISOString();
}
