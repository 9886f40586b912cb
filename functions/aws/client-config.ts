/**
 * What all SDK clients share: adaptive retries with an upper bound, and timeouts that let a function of some minutes
 * try five times. Region and credentials come from the SDK's own chain.
 */
export const clientConfig = {
  maxAttempts: 5,
  retryMode: 'adaptive',
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
} as const;
