import { expect, it } from 'vitest';
import { loadSimulation } from './load';

it('a key comes through the death of a run at every single call, before and after its effect, and through two runs that overtake each other once (K1 to K5, K9, K10)', async () => {
  const { exhaust } = await loadSimulation();
  const found = await exhaust({ pairs: false, preemptions: 1 });
  expect(found.violations).toEqual([]);
  expect(found.crashPoints).toBeGreaterThan(200);
  expect(found.interleavings).toBeGreaterThan(200);
});

it('finds what a missing guard lets through', async () => {
  const { MUTANTS } = await import('./mutants');
  const { exhaust } = await loadSimulation(MUTANTS.find(({ name }) => name === 'orphans-stay'));
  const found = await exhaust({ pairs: false, preemptions: 0 });
  expect(found.violations.join('\n')).toMatch(/dies after call \d+: K9/);
});
