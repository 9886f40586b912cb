/**
 * Where in its life a managed key is when a bench begins. With 90, 100 and 110 days, ten days of every ninety are
 * overlap and ten are recovery, so about a ninth of all users is in each.
 */
export type Phase = 'due' | 'settled' | 'overlap' | 'recovery';

/** How old a key is in days, and its predecessor where there is one. */
export const AGES: Readonly<Record<Phase, { readonly current: number; readonly predecessor?: number }>> = {
  due: { current: 91 },
  settled: { current: 30 },
  overlap: { current: 5, predecessor: 95 },
  recovery: { current: 15, predecessor: 105 },
};

/** How many days ago the keys in recovery were made Inactive. */
export const INACTIVE_FOR = 5;

const EVERY = 9;

/** The phases of so many keys; those that are due are spread evenly over all. @throws RangeError for more due than there are */
export function phasesOf(keys: number, due: number): readonly Phase[] {
  if (due > keys) throw new RangeError(`${due} of ${keys} keys cannot be due`);
  return Array.from({ length: keys }, (_none, index) => {
    if (Math.floor(((index + 1) * due) / keys) > Math.floor((index * due) / keys)) return 'due';
    if (index % EVERY === 3) return 'overlap';
    return index % EVERY === 7 ? 'recovery' : 'settled';
  });
}
