import type { RegistryEntry } from '../../functions/core/config/registry';
import type { World } from '../../local/world';

const DAY = 86_400_000;

/** A managed key whose entry names roles that replace it, and what became of it. */
export interface LeavingKey {
  readonly entry: RegistryEntry;
  /** When its pipelines stop to use it, in ms since the epoch. */
  readonly movesAt: number;
}

/**
 * Keys that roles replace: their pipelines use the variables for the first half of the days, and only the roles from
 * then on.
 */
export class Leaving {
  readonly keys: readonly LeavingKey[];

  constructor(
    private readonly world: World,
    entries: readonly RegistryEntry[],
    { since, days }: { readonly since: number; readonly days: number },
  ) {
    const movesAt = since + Math.floor(days / 2) * DAY;
    this.keys = entries.filter(({ replacedBy }) => replacedBy !== undefined).map((entry) => ({ entry, movesAt }));
  }

  /** Whether its pipelines have no use for its variables any more. */
  hasMoved({ id }: Pick<RegistryEntry, 'id'>): boolean {
    const key = this.keys.find(({ entry }) => entry.id === id);
    return key !== undefined && this.world.clock.now() >= key.movesAt;
  }

  /** Access keys of its user that there are still. */
  left({ entry }: LeavingKey): number {
    const { users, accessKeys } = this.world.account.iam;
    return accessKeys.of(users.get(entry.user)).length;
  }

  /**
   * By when nothing of it can be left: an older key of its user goes first, by its dates and its hold; then it has to be
   * idle, Inactive for its recovery, and each of these is a daily run's.
   */
  goneBy({ entry, movesAt }: LeavingKey): number {
    const { rotateAfter, deactivateAfter, deleteAfter, holdLimit } = entry.policy;
    const older = deleteAfter - rotateAfter + holdLimit;
    const idle = Math.max(older, entry.replacedBy?.idleFor ?? 0);
    return movesAt + (idle + deleteAfter - deactivateAfter + RUNS) * DAY;
  }
}

/** Daily runs between its steps, IAM's delay of what was used, and the step that was under way when it moved. */
const RUNS = 4;
