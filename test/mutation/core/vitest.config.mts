import { defineConfig } from 'vitest/config';

/**
 * The tables of the core. Without the random lives (`life`, `promises`): a mutant's fate must not be luck, and what
 * they find belongs into a table.
 */
export default defineConfig({
  root: `${import.meta.dirname}/../../..`,
  test: {
    // A busy machine must not end the first run of all tests.
    testTimeout: 60_000,
    include: ['test/core/**/*.test.ts', 'test/report/judge/**/*.test.ts', 'test/report/evidence/trail-write.test.ts'],
    exclude: ['test/core/lifecycle/{life,promises}.test.ts'],
  },
});
