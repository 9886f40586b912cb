/**
 * What takes minutes, because it lives through years, storms, or a death at every single call; `npm run test:deep` runs
 * it, and CI does.
 */
export const DEEP_SUITES = [
  ...['faults', 'fuzz', 'leaks', 'world/simulation', 'cli/rehearsal'].map((folder) => `test/${folder}/**/*.test.ts`),
  'test/docs/contributing/*.test.ts',
  'test/world/{death,bundles}.test.ts',
  // The SDK's patience with a throttle takes a quarter of a minute.
  'test/*/throttled.test.ts',
  'test/alarms/healthy-year.test.ts',
  'test/bench/{bench,hand-over}.test.ts',
];
