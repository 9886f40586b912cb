import { defineConfig } from 'vitest/config';
import { DEEP_SUITES } from './test/deep/suites';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['node_modules/**', ...DEEP_SUITES],
    globalSetup: ['test/global-setup.ts'],
    // CloudFormation's schemas take seconds to load, in each file again; test/infra/synth.test.ts and CI validate by them.
    env: { CDK_VALIDATION: 'false' },
    // Much of a test's time is waiting for other processes and for retries, so every core gets a worker.
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
