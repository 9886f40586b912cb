import { defineConfig } from 'vitest/config';

/** The package as it is published, in apps of those who install it. */
export default defineConfig({
  root: `${import.meta.dirname}/../..`,
  test: {
    include: ['test/package/**/*.test.ts'],
    globalSetup: ['test/package/pack.ts'],
    maxWorkers: 2,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
