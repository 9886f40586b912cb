import { defineConfig } from 'vitest/config';

/** The provider's checks against what an attacker sends over HTTP: a check that is dropped has to be seen there. */
export default defineConfig({
  root: `${import.meta.dirname}/../../..`,
  test: {
    testTimeout: 30_000,
    // What is quick leaves less to what goes over HTTP.
    include: ['test/provider/{token,guards,refusals,used-tokens,opening,together}.test.ts', 'test/provider/*.test.ts'],
    // They run the built bundle, in which no mutant is.
    exclude: ['test/provider/{endpoint,hostile-endpoint,sealed-endpoint}.test.ts'],
  },
});
