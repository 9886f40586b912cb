import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PROMISES } from '../../../cli/rehearsal/witness/promise-names';
import { sampled } from '../../deep/sample';
import { loadSimulation } from './load';
import { MUTANTS } from './mutants';

describe('the judges can fail', () => {
  it('for each promise that a simulated year can judge', () => {
    expect([...new Set(MUTANTS.map(({ promise }) => promise))].sort()).toEqual([...PROMISES].sort());
  });

  it.each(MUTANTS)('$name is cut into what is there', ({ also, ...edit }) => {
    for (const { file, from } of [edit, ...(also === undefined ? [] : [also])])
      expect(readFileSync(file, 'utf8').split(from), file).toHaveLength(2);
  });

  it.each(sampled(MUTANTS))('$name breaks $promise within $within seeds', async (mutant) => {
    const { simulate } = await loadSimulation(mutant);
    const { fault, perYear = 60 } = mutant;
    for (let seed = 1; seed <= mutant.within; seed++) {
      const { violations } = await simulate({ seed, days: 365, calm: 40, keys: 6, perYear, fault });
      if (!violations.some(({ promise }) => promise === mutant.promise)) continue;
      return;
    }
    expect.unreachable(`${mutant.name} was not caught`);
  });

  it('a mutant whose line is gone stops the build', async () => {
    const [mutant] = MUTANTS;
    if (mutant === undefined) throw new Error('there are no mutants');
    await expect(loadSimulation({ ...mutant, from: 'no such line' })).rejects.toThrow('does not fit any more');
  });
});
