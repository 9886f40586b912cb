/** What takes minutes, because it lives through years or storms; `npm run test:deep` runs it. */
export const DEEP_SUITES = ['faults', 'fuzz', 'leaks', 'simulation'].map((folder) => `test/${folder}/**/*.test.ts`);
