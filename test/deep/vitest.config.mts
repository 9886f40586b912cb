import { defineConfig } from 'vitest/config';
import { PROPERTY_SEED_VARIABLE } from '../core/property-runs';
import { DEEP_SUITES, DEEPER_SUITES } from './suites';

const seed = process.env[PROPERTY_SEED_VARIABLE] ?? String(Math.floor(Date.now() / 1000));
console.error(`Random states are drawn from ${PROPERTY_SEED_VARIABLE}=${seed}`);

/** Faults on the real artefact, fuzzing, the leak hunt and simulated years. */
export default defineConfig({
  root: `${import.meta.dirname}/../..`,
  test: {
    include: [...DEEP_SUITES, ...DEEPER_SUITES],
    globalSetup: ['test/global-setup.ts'],
    env: { [PROPERTY_SEED_VARIABLE]: seed },
    maxWorkers: '100%',
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
