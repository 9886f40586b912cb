import { defineConfig } from 'vitest/config';

/**
 * The use cases against the local account, over HTTP. They are imported, so no bundle is built. Without the deaths at
 * every call (`crash`), which repeat whole rotations dozens of times.
 */
export default defineConfig({
  root: `${import.meta.dirname}/../../..`,
  test: {
    include: ['test/{rotate,deactivate,delete,sync,runtime}/**/*.test.ts'],
    exclude: ['test/*/crash.test.ts'],
    testTimeout: 30_000,
  },
});
