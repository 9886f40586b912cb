import { expect, it } from 'vitest';
import { TAG } from '../../functions/core/names';
import { EVERY, FIRST_NUMBER } from '../deep/sample';
import { DEATHS, type Death } from './deaths';
import { ID, UseCases } from './drivers/use-cases';
import { Names } from './names';

/** A pair may be torn by a death between its two writes, and between their answers. */
const MOST_TORN = 2;

interface Aftermath {
  /** False when the run had fewer requests. */
  readonly died: boolean;
  readonly torn: boolean;
}

/** One world in which the run dies at its n-th request. */
async function die(
  { begins = {}, lived, before, dies: [by, day], also, evenings }: Death,
  at: number,
): Promise<Aftermath> {
  const driver = await UseCases.start(begins);
  const names = new Names();
  try {
    for (const quiet of lived) {
      await driver.live(quiet);
      names.learn(driver.keys());
    }
    await before?.(driver, names);
    const died = await driver.dies(by, day, at);
    const [idOf, secretOf] = driver.held();
    const torn = idOf !== secretOf;
    if (!torn && idOf !== undefined) expect(await driver.scene.login(ID), `request ${at}`).toContain(`ci-${ID}`);
    await also?.(driver);
    await driver.again(by);
    await also?.(driver);
    for (const [evening, keys] of evenings) {
      await driver.live(evening);
      const found = { at, evening, keys: names.tell(driver), isSettled: driver.isSettled(), broken: driver.broken() };
      expect(found).toEqual({ at, evening, keys, isSettled: true, broken: [] });
    }
    await expectTidy(driver);
    return { died, torn };
  } finally {
    await driver.close();
  }
}

/** One mark of delivery, no record of a key that is gone, and nothing to do for the next reconcile. */
async function expectTidy(driver: UseCases): Promise<void> {
  const { scene } = driver;
  const labels = Object.values(scene.labels(ID)).flat();
  expect(labels.filter((label) => label.startsWith('DELIVERED-'))).toHaveLength(1);
  const [recorded] = scene.tag(ID)[TAG.deactivated]?.split(' ') ?? [];
  if (recorded !== undefined) expect(driver.keys().map(({ id }) => id)).toContain(recorded);
  expect((await scene.sync()).audits.map(({ event }) => event)).toEqual(['run-started', 'run-finished']);
}

it.each(DEATHS)('a process may die at every request of $of', async (death) => {
  let torn = 0;
  let at = FIRST_NUMBER;
  for (; ; at += EVERY) {
    const aftermath = await die(death, at);
    if (aftermath.torn) torn += 1;
    if (!aftermath.died) break;
  }
  expect(at).toBeGreaterThan(death.requests);
  expect(torn).toBeLessThanOrEqual(MOST_TORN);
});
