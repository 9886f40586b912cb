import { beforeAll, describe, expect, it } from 'vitest';
import { MINUTE } from '../../../functions/core/duration';
import { sampled } from '../../deep/sample';
import { loadSimulation, type Simulation } from './load';
import type { Outcome } from './simulation';

const MONTHS = { days: 75, calm: 40, keys: 5, perYear: 90 } as const;

let simulation: Simulation;
beforeAll(async () => {
  simulation = await loadSimulation();
});

describe('a run that is passed over', () => {
  const scenarios = [
    { seed: 21 },
    { seed: 22 },
    { seed: 23 },
    { seed: 31, fault: 'drift', perYear: 200 },
    { seed: 32, fault: 'forged-dates', perYear: 200 },
    { seed: 33, fault: 'replaced', perYear: 120 },
  ] as const;

  it.each(sampled(scenarios))('would have left everything as it is: $seed $fault', async (scenario) => {
    const every = await simulation.simulate({ ...MONTHS, ...scenario, everyRun: true });
    const some = await simulation.simulate({ ...MONTHS, ...scenario });
    expect(some.state).toEqual(every.state);
    expect(some.violations).toEqual(every.violations);
    expect(every.passedOver).toBe(0);
    expect(some.runs + some.passedOver).toBe(every.runs);
    // Hours in which a leaked key waits are lived.
    expect(some.passedOver).toBeGreaterThan(every.runs / 5);
  });

  it('would have seen what is wrong as soon: a mutant is caught in the same minute', async () => {
    const { MUTANTS } = await import('./mutants');
    const mutant = MUTANTS.find(({ name }) => name === 'silent-deactivation');
    const { simulate } = await loadSimulation(mutant);
    const scenario = { ...MONTHS, days: 120, seed: 1 };
    const [every, some] = [await simulate({ ...scenario, everyRun: true }), await simulate(scenario)];
    expect(every.violations).not.toEqual([]);
    const seen = ({ violations }: Outcome) =>
      violations.map(({ at, promise, message }) => [promise, message.replace(/run-\d+/, ''), Math.floor(at / MINUTE)]);
    expect(seen(some)).toEqual(seen(every));
  });
});
