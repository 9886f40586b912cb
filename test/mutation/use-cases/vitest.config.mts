import { defineConfig } from 'vitest/config';
import { PROPERTY_SEED_VARIABLE } from '../../core/property-runs';

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
      // What people and AWS ask for: a rotation, a rollback, a leaked key.
      'test/operate/{compromised,exposed,rollback,rotate,verify,word-of-the-record}.test.ts',
      'test/runtime/{as-deployed,record,telling}.test.ts',
      'test/world/life.test.ts',
    ],
    exclude: ['test/*/throttled.test.ts'],
    // All the lives of test/world/life.test.ts.
    env: { [PROPERTY_SEED_VARIABLE]: '2026' },
    testTimeout: 30_000,
  },
});
