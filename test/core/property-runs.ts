/** Given by the deep suites, which print it: what their random states are drawn from. */
export const PROPERTY_SEED_VARIABLE = 'KEYTURN_PROPERTY_SEED';

const fresh = process.env[PROPERTY_SEED_VARIABLE];
/** `npm test` lives a half of the lives that take seconds, always the same ones, and the deep suites all of them. */
export const IS_DEEP = fresh !== undefined;

/**
 * How many random states: every time the same ones with `npm test`, three times as many fresh ones in the deep suites.
 * Of two hundred only one has a key that may be deleted, so there must be thousands, and they take a second or less.
 */
export const PROPERTY_RUNS =
  fresh === undefined ? { numRuns: 6_000, seed: 2026 } : { numRuns: 18_000, seed: Number(fresh) };
