import { expect } from 'vitest';
import type { Driver, Start } from './drivers/driver';
import type { Life } from './life';
import { Names } from './names';

/** Lets a driver live a life: each row comes true on its day, and not on the evening before. */
export async function tell({ begins = {}, rows }: Life, start: Start): Promise<void> {
  const driver = await start(begins);
  const names = new Names();
  try {
    let before: string | undefined;
    for (const { day, evening, when } of rows) {
      if (before !== undefined) await expectEvening(driver, names, day - 1, before);
      names.learn(driver.keys());
      await when?.(driver, (name) => names.idOf(name));
      await expectEvening(driver, names, day, evening);
      before = evening;
    }
  } finally {
    await driver.close();
  }
}

async function expectEvening(driver: Driver, names: Names, day: number, keys: string): Promise<void> {
  await driver.live(day);
  expect({ day, keys: names.tell(driver), broken: driver.broken() }).toEqual({ day, keys, broken: [] });
}
