import type { Quota } from '../../local/account/quotas';
import { seededRandom } from '../../local/random';

/**
 * How slow and how tight the account and the CI host are. Latencies are assumptions, as a function in the same region
 * would see them; quotas are AWS's published defaults, but for IAM's, which AWS does not publish.
 */
export interface Conditions {
  /** Least and most ms of one call, by service; `bitbucket` is the CI host. */
  readonly latency: Readonly<Record<string, readonly [least: number, most: number]>>;
  readonly quotas: readonly Quota[];
  /** Requests an hour that Bitbucket allows a token. */
  readonly hostRequests: number;
  /** ms that IAM needs for a credential report. */
  readonly reportTime: number;
}

export const REALISTIC: Conditions = {
  latency: {
    iam: [30, 60],
    sts: [30, 50],
    secretsmanager: [15, 30],
    ssm: [10, 20],
    events: [10, 30],
    logs: [10, 30],
    sns: [20, 40],
    bitbucket: [80, 120],
  },
  quotas: [
    // Unpublished; a working assumption.
    { covers: ['iam'], perSecond: 20 },
    // "AWS Systems Manager endpoints and quotas": the default throughput, shared by the three.
    { covers: ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath'], perSecond: 40 },
    // "AWS Secrets Manager quotas".
    { covers: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'], perSecond: 10_000 },
    {
      covers: ['PutSecretValue', 'UpdateSecret', 'UpdateSecretVersionStage'].map((name) => `secretsmanager:${name}`),
      perSecond: 50,
    },
    { covers: ['secretsmanager:TagResource', 'secretsmanager:UntagResource'], perSecond: 50 },
    { covers: ['secretsmanager:ListSecrets'], perSecond: 100 },
    { covers: ['secretsmanager:ListSecretVersionIds'], perSecond: 50 },
    { covers: ['secretsmanager:GetResourcePolicy'], perSecond: 50 },
    // "CloudWatch Logs quotas".
    { covers: ['logs:PutLogEvents'], perSecond: 5_000 },
    { covers: ['logs:CreateLogStream'], perSecond: 50 },
    { covers: ['logs:FilterLogEvents'], perSecond: 5 },
    // "AWS STS quotas": per account and region.
    { covers: ['sts'], perSecond: 600 },
  ],
  hostRequests: 1_000,
  reportTime: 1_000,
};

/** ms for one call each time it is asked, evenly between the bounds; equal seeds give equal streams. */
export function latencyOf({ latency }: Conditions, seed: string): (service: string) => number {
  const random = seededRandom(`latency/${seed}`);
  return (service) => {
    const [least, most] = latency[service] ?? [0, 0];
    return least + random() * (most - least);
  };
}
