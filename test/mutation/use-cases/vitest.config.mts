import { defineConfig } from 'vitest/config';

/**
 * The use cases against the local account, over HTTP. They are imported, so no bundle is built. Without the deaths at
 * every call (`crash`), which repeat whole rotations dozens of times, and without what waits for the SDK (`throttled`).
 */
export default defineConfig({
  root: `${import.meta.dirname}/../../..`,
  test: {
    include: ['test/{rotate,deactivate,delete,sync}/**/*.test.ts'],
    exclude: ['test/*/{crash,throttled}.test.ts'],
    testTimeout: 30_000,
  },
});
