import { expect } from 'vitest';
import type { Start } from './drivers/driver';
import type { Life, Row } from './life';
import { Names } from './names';

/** Lets a driver live a life: each row comes true on its day, and not on the evening before. */
export async function tell({ begins = {}, rows }: Life, start: Start): Promise<void> {
  const driver = await start(begins);
  const names = new Names();
  try {
    let before: Row | undefined;
    for (const row of rows) {
      const eve = row.day - 1;
      if (before !== undefined && before.day < eve) {
        await driver.live(eve);
        expect({ eve, keys: names.tell(driver) }).toEqual({ eve, keys: before.evening });
      }
      names.learn(driver.keys());
      await row.when?.(driver, (name) => names.idOf(name));
      await driver.live(row.day);
      const { day, evening: keys, finds } = row;
      expect({ day, keys: names.tell(driver), finds: driver.found() }).toEqual({ day, keys, finds });
      expect(driver.broken()).toEqual([]);
      before = row;
    }
  } finally {
    await driver.close();
  }
}
