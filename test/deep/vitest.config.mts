import { defineConfig } from 'vitest/config';
import { PROPERTY_SEED_VARIABLE } from '../core/property-runs';
import { SAMPLE_VARIABLE } from './sample';
import { DEEP_SUITES, DEEPER_SUITES, IN_TURNS, TURNS } from './suites';

const seed = process.env[PROPERTY_SEED_VARIABLE] ?? String(Math.floor(Date.now() / 1000));
const every = process.env[SAMPLE_VARIABLE] ?? '1';
console.error(`Random states are drawn from ${PROPERTY_SEED_VARIABLE}=${seed}`);
const left = every === '1' ? [] : IN_TURNS.filter((_, index) => index % TURNS !== Number(seed) % TURNS);
if (every !== '1') console.error(`Of deaths and of what is left out, every ${every}th is tried (${SAMPLE_VARIABLE}).`);
if (left.length > 0) console.error(`Next time: ${left.join(', ')}`);

/** Faults on the real artefact, fuzzing, the leak hunt and simulated years. */
export default defineConfig({
  root: `${import.meta.dirname}/../..`,
  test: {
    include: [...DEEP_SUITES, ...DEEPER_SUITES],
    exclude: ['node_modules/**', ...left],
    globalSetup: ['test/global-setup.ts'],
    env: { [PROPERTY_SEED_VARIABLE]: seed, [SAMPLE_VARIABLE]: every },
    maxWorkers: '100%',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What is waited for comes in its time on a busy machine, too: a second is less than a page of charts takes there.
    expect: { poll: { timeout: 15_000 } },
  },
});
