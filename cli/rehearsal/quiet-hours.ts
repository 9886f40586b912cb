import type { RegistryEntry } from '../../functions/core/config/registry';
import { CHECK_EVERY } from '../../functions/core/lifecycle/plan-check';
import type { World } from '../../local/world';
import type { Audit } from './timeline';

const DAY = 86_400_000;

/**
 * Saves the time of hourly reconcile runs that cannot do anything: the account has not been written to since a
 * reconcile run that had nothing to do, and no delivered key is to be looked at. At least one a day takes place all the
 * same. Each one that is passed over is counted and reported.
 */
export class QuietHours {
  passedOver = 0;
  #reconcile: string | undefined;
  #busy = false;
  #quietSince: { readonly writes: number; readonly at: number } | undefined;
  /** When each key that has a target was last delivered or looked at. */
  readonly #seen = new Map<string, number>();
  readonly #looked: ReadonlySet<string>;

  constructor(entries: readonly RegistryEntry[]) {
    this.#looked = new Set(entries.flatMap(({ id, targets }) => (targets.length === 0 ? [] : [id])));
  }

  /** Watches the reconcile runs; everything that they tell besides their start and end means that there was something. */
  heard({ event, function: name, run, key = '' }: Audit, world: World): void {
    if (name !== 'sync') return;
    const isSeen = event === 'check-recorded' || event === 'version-delivered';
    if (isSeen && this.#looked.has(key)) this.#seen.set(key, world.clock.now());
    if (event === 'run-started') {
      this.#reconcile = run;
      this.#busy = false;
    } else if (event !== 'run-finished') {
      this.#busy ||= event !== 'check-recorded';
    } else if (run === this.#reconcile) {
      this.#quietSince = this.#busy ? undefined : { writes: world.account.trail.length, at: world.clock.now() };
    }
  }

  /** Whether a scheduled event for the sync function would find exactly what the last quiet run found. */
  passOver(targetArn: string, payload: string, world: World): boolean {
    if (!targetArn.includes('Sync') || !payload.includes('"Scheduled Event"')) return false;
    const quiet = this.#quietSince;
    if (quiet === undefined || quiet.writes !== world.account.trail.length) return false;
    const now = world.clock.now();
    if (now - quiet.at >= DAY || now >= Math.min(...this.#seen.values()) + CHECK_EVERY) return false;
    this.passedOver += 1;
    return true;
  }
}
