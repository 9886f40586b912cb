import { defineConfig } from 'vitest/config';

/** The real `cdk` command, and years on the key days, in an account that this project did not write. */
export default defineConfig({
  root: `${import.meta.dirname}/../..`,
  test: {
    include: ['test/deploy/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    env: { CDK_VALIDATION: 'false' },
    // The CDK is loaded once a worker.
    isolate: false,
    maxWorkers: 2,
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
