import { loadSimulation } from '../world/simulation/load';
import { atMost, type Target } from './targets';

/** From the run in which keys are due to the mark that says that all their targets have them, in simulated seconds. */
export interface DueToDelivered {
  readonly rotations: number;
  readonly p50: number;
  readonly p99: number;
}

/** Each history has its own IAM, which needs from nothing to a minute to make a key known, and more for one of five. */
const HISTORIES = 4;
const P50_WITHIN = 180;

/** Lives through quiet years with the host up, in the simulation, where functions run side by side. */
export async function measureDueToDelivered(): Promise<DueToDelivered> {
  const { simulate } = await loadSimulation();
  const all: number[] = [];
  for (let seed = 1; seed <= HISTORIES; seed++) {
    const { handOvers, violations } = await simulate({ seed, days: 365, calm: 1, keys: 20, only: [] });
    if (violations.length > 0) throw new Error(`history ${seed} broke a promise`);
    all.push(...handOvers);
  }
  all.sort((a, b) => a - b);
  const at = (share: number) => Math.round((all[Math.floor(all.length * share)] ?? 0) / 1000);
  return { rotations: all.length, p50: at(0.5), p99: at(0.99) };
}

export function dueToDeliveredTargets({ p50 }: DueToDelivered): readonly Target[] {
  return [atMost('from due to delivered, host up, p50', p50, P50_WITHIN, ' s')];
}
