/**
 * What AWS asks for, in US dollars, in us-east-1, without what is always free. As those who quote AWS's price pages have
 * it in 2026; the pages themselves could not be read where this was written.
 */
export const PRICES = {
  region: 'us-east-1',
  /** Of the latest of the sources. */
  asOf: '2026-05-05',
  /** A secret and a month; 10,000 calls. https://aws.amazon.com/secrets-manager/pricing/ */
  secret: 0.4,
  secretsManagerCalls: 0.05 / 10_000,
  /** A key and a month; an asymmetric request. https://aws.amazon.com/kms/pricing/ */
  kmsKey: 1,
  kmsSignature: 0.15 / 10_000,
  /** A metric that an alarm looks at, and a month: an alarm of several has each. https://aws.amazon.com/cloudwatch/pricing/ */
  alarmMetric: 0.1,
  /** A metric and a month, by the hours in which it was sent. */
  customMetric: 0.3,
  dashboard: 3,
  /** A GB that is written into a log group; a GB and a month that is kept. */
  logsIn: 0.5,
  logsKept: 0.03,
  /** A GB and second on arm64; a request. https://aws.amazon.com/lambda/pricing/ */
  lambdaGbSecond: 0.0000133334,
  lambdaRequest: 0.2 / 1_000_000,
  /** A request of an HTTP API, of the first 300 million. https://aws.amazon.com/api-gateway/pricing/ */
  httpApiRequest: 1 / 1_000_000,
} as const;

/** What an account has free each month for ever, if nothing else in it uses that up. The same pages. */
export const FREE = {
  alarmMetrics: 10,
  customMetrics: 10,
  dashboards: 3,
  /** Metrics that a free dashboard may show. */
  dashboardMetrics: 50,
  logsGb: 5,
  lambdaGbSeconds: 400_000,
  lambdaRequests: 1_000_000,
} as const;
