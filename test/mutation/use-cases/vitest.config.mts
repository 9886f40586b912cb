import { defineConfig } from 'vitest/config';

/**
 * The use cases against the local account, over HTTP. They are imported, so no bundle is built. Without what
 * waits for the SDK (`throttled`); the deaths at every call are told in `test/world`.
 */
export default defineConfig({
  root: `${import.meta.dirname}/../../..`,
  test: {
    include: [
      'test/{rotate,deactivate,delete,sync}/**/*.test.ts',
      'test/account/**/*.test.ts',
      'test/world/life.test.ts',
    ],
    exclude: ['test/*/throttled.test.ts'],
    testTimeout: 30_000,
  },
});
