import { defineConfig } from 'vitest/config';
import { DEEP_SUITES } from './suites';

/** Faults on the real artefact, fuzzing, the leak hunt and simulated years. */
export default defineConfig({
  root: `${import.meta.dirname}/../..`,
  test: {
    include: DEEP_SUITES,
    globalSetup: ['test/global-setup.ts'],
    maxWorkers: '100%',
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
