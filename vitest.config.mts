import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/contract/moto/**', 'node_modules/**'],
    globalSetup: ['test/global-setup.ts'],
    // Much of a test's time is waiting for other processes and for retries.
    maxWorkers: '100%',
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
