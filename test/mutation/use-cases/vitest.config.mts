import { defineConfig } from 'vitest/config';

/**
 * The tables of the use cases: what each does with its ports, call by call. They take seconds, and catch what takes
 * minutes over HTTP; the deaths at every call are told in `test/world`.
 */
export default defineConfig({
  root: `${import.meta.dirname}/../../..`,
  test: {
    // What is small comes first, what is over HTTP last.
    include: [
      'test/{rotate,sync,deactivate}/trigger.test.ts',
      'test/rotate/{admission,pace}.test.ts',
      'test/sync/failing-fast.test.ts',
      'test/deactivate/{explained,not-wanted-back}.test.ts',
      'test/account/{credential-report,prove,retained}.test.ts',
      'test/runtime/doers/*.test.ts',
      'test/account/survey-table.test.ts',
      'test/delete/seal-days.test.ts',
      'test/deactivate/ran.test.ts',
      'test/sync/ran.test.ts',
      'test/rotate/ran.test.ts',
      'test/account/standing.test.ts',
    ],
    // A busy machine must not end the first run of all tests.
    testTimeout: 60_000,
  },
});
