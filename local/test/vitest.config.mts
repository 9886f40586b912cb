import { defineConfig } from 'vitest/config';

/** The local account and hosts alone: they know nothing of the product, so their tests run when they changed, and in CI. */
export default defineConfig({
  root: `${import.meta.dirname}/../..`,
  test: {
    include: ['local/test/**/*.test.ts'],
    exclude: ['local/test/contract/moto/**'],
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
  },
});
