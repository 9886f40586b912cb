import * as fc from 'fast-check';
import { PROPERTY_RUNS } from '../core/property-runs';

/** Name of the variable that says for how many seconds the provider is fuzzed. @default 60 */
export const FUZZ_SECONDS_VARIABLE = 'KEYTURN_FUZZ_SECONDS';
const SECONDS = Number(process.env[FUZZ_SECONDS_VARIABLE] ?? 60);
/** Milliseconds for what a run has begun, and for one that failed to be made smaller. */
const MORE = 60_000;

/** How long one of several properties is tried, in milliseconds, and its test's time limit. */
export function shareOf(share: number): { readonly time: number; readonly limit: number } {
  const time = SECONDS * 1_000 * share;
  return { time, limit: time + MORE };
}

/** Tries what comes for a time, from the seed that the deep suites print. */
export async function fuzzed<Value>(
  values: fc.Arbitrary<Value>,
  trial: (value: Value) => Promise<void>,
  time: number,
): Promise<void> {
  let last: Promise<void> = Promise.resolve();
  const property = fc.asyncProperty(values, (value) => {
    last = trial(value);
    return last;
  });
  const { seed } = PROPERTY_RUNS;
  await fc.assert(property, { seed, numRuns: Number.POSITIVE_INFINITY, interruptAfterTimeLimit: time });
  // At its time limit fast-check goes on without the one that is under way.
  await last;
}
