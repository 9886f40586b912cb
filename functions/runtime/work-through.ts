import { type KeyturnError, toKeyturnError } from '../core/errors';
import type { Managed } from '../core/lifecycle/managed';

interface WorkThrough<Item> {
  /** Items that are worked on at the same time. */
  readonly atATime: number;
  /** Whether there is time to begin with another one. */
  readonly hasTime: () => boolean;
  /** One that failed stops itself only (K11). */
  readonly failed: (item: Item, error: KeyturnError) => void;
}

/** Works on each item, and starts nothing new when the time is nearly up. @returns the keys that are left, by id */
export async function workThrough<Item extends Managed>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
  { atATime, hasTime, failed }: WorkThrough<Item>,
): Promise<readonly string[]> {
  const left: string[] = [];
  const queue = items.values();
  const workers = Array.from({ length: Math.min(atATime, items.length) }, async () => {
    for (const item of queue) {
      if (!hasTime()) {
        left.push(item.entry.id);
        continue;
      }
      try {
        await work(item);
      } catch (thrown) {
        failed(item, toKeyturnError(thrown));
      }
    }
  });
  await Promise.all(workers);
  return left;
}
