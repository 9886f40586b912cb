import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: `${import.meta.dirname}/../../../..`,
  test: {
    include: ['local/test/contract/moto/**/*.test.ts', 'test/provider/used-tokens.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
