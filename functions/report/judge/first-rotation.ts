import { after, latest } from '../../core/duration';
import { dueAt } from '../../core/lifecycle/due';
import { isObserved } from '../../core/lifecycle/observed';
import type { ManagedKey } from './scope';
import { ONE_RUN } from './time-bounds';

/**
 * Until when the first rotation of a managed key may come: a daily run after its secret was made, or, where it waits for
 * the user's own key to be due, after that; undefined while it is only observed, because none comes.
 */
export function firstRotationBy({ entry, secret, listed = [] }: ManagedKey): Date | undefined {
  if (entry === undefined || secret === undefined || isObserved(entry)) return undefined;
  const oldest = listed.map(({ createdAt }) => createdAt).sort((a, b) => a.getTime() - b.getTime())[0];
  const waitsFor = entry.firstRotation === 'when-due' && oldest !== undefined ? dueAt(oldest, entry) : secret.createdAt;
  return after(latest(waitsFor, secret.createdAt), ONE_RUN);
}
