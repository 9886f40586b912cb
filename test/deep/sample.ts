import { PROPERTY_RUNS } from '../core/property-runs';

/** Name of the variable that lets the deep suites try a part only: every n-th of what is tried one by one. @default 1, all */
export const SAMPLE_VARIABLE = 'KEYTURN_DEEP_SAMPLE';

/** Every n-th is tried, from a first one that is another one in each run of CI: within days all of them are. */
export const EVERY = Number(process.env[SAMPLE_VARIABLE] ?? 1);
const FIRST = PROPERTY_RUNS.seed % EVERY;

/** The part of a list that this run tries; at least one. */
export function sampled<Item>(items: readonly Item[]): readonly Item[] {
  const some = items.filter((_, index) => index % EVERY === FIRST);
  return some.length === 0 ? items.slice(0, 1) : some;
}

/** The first of the numbers from 1 on that this run tries; the others follow `EVERY` by `EVERY`. */
export const FIRST_NUMBER = FIRST + 1;
