/** What a person may choose instead of what the SDK's own chain finds. */
export interface AwsAccess {
  readonly region?: string;
  /** A profile of the AWS configuration files. */
  readonly profile?: string;
  readonly endpoint?: string;
  /** What the SDK says of itself goes here. @default - to the console */
  readonly logger?: Pick<Console, 'debug' | 'info' | 'warn' | 'error'>;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** How an SDK client behaves. */
export interface ClientConfig extends AwsAccess {
  readonly maxAttempts: number;
  readonly retryMode: 'adaptive' | 'standard';
  /** Milliseconds. */
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
  };
}

/**
 * What all SDK clients share: adaptive retries with an upper bound, and timeouts that let a function of some minutes
 * try five times. Region and credentials come from the SDK's own chain.
 */
export const clientConfig: ClientConfig = {
  maxAttempts: 5,
  retryMode: 'adaptive',
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
};

/** The same for the audit record, which rotations wait for: a record that does not answer must not stall them. */
export const recordConfig: ClientConfig = {
  ...clientConfig,
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
};

/**
 * The same for a provider, whose answer a step waits for: what AWS throttles is refused soon. Adaptive retries would hold
 * the next requests back for longer and longer.
 */
export const providerConfig: ClientConfig = {
  maxAttempts: 2,
  retryMode: 'standard',
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 1_500, throwOnRequestTimeout: true },
};

/**
 * The same for what delivers a key: whether and when a call is repeated is for the delivery to decide. `adaptive` would hold
 * the next one back after a throttle.
 *
 * @param timeout milliseconds for one request
 */
export function deliveryConfig(timeout: number, access: AwsAccess = {}): ClientConfig {
  const requestHandler = { ...clientConfig.requestHandler, requestTimeout: timeout };
  return { maxAttempts: 1, retryMode: 'standard', requestHandler, ...access };
}

/** The same for the first question of all: a person waits for it, and a machine without a network is told so soon. */
export function callerConfig(access: AwsAccess = {}): ClientConfig {
  return {
    ...clientConfig,
    maxAttempts: 2,
    requestHandler: { ...clientConfig.requestHandler, requestTimeout: 5_000 },
    ...access,
  };
}

/** The same for reading an account's evidence: a page of a large log takes its time. */
export function reviewConfig(access: AwsAccess = {}): ClientConfig {
  return { ...clientConfig, requestHandler: { ...clientConfig.requestHandler, requestTimeout: 60_000 }, ...access };
}
