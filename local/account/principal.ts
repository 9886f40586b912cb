/** The services that the account speaks, by the name that signs their requests. */
export type ServiceName =
  | 'iam'
  | 'sts'
  | 'secretsmanager'
  | 'ssm'
  | 'events'
  | 'logs'
  | 's3'
  | 'sns'
  | 'sqs'
  | 'lambda'
  | 'cloudtrail'
  | 'kms'
  | 'cloudformation'
  | 'monitoring'
  | 'dynamodb';

/** Who calls. `userId` is the unique ID that STS shows: `AIDA…`, `AROA…:session` or the account. */
export interface Principal {
  readonly kind: 'user' | 'role' | 'root' | 'web-identity';
  readonly arn: string;
  readonly userId: string;
  readonly accessKeyId: string;
  /** Set for a user. */
  readonly userName?: string;
  /** Set for an assumed role. */
  readonly roleName?: string;
  /** Set for somebody who shows a token of another issuer: what the token says, which nobody has checked. */
  readonly webIdentity?: { readonly provider: string; readonly sourceIp: string };
  /** Set for an assumed role: the role's own ARN, which policies name. */
  readonly roleArn?: string;
  /** Set for a session that was given tags, or policies that narrow it (JSON texts). */
  readonly session?: SessionTerms;
}

/** What a session was given when it began. */
export interface SessionTerms {
  readonly tags: Readonly<Record<string, string>>;
  readonly policies: readonly string[];
}

/** What a principal signs its requests with. */
export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Absent for long-lived keys. */
  readonly sessionToken?: string;
  /** When the session ends; absent when it never does. */
  readonly expiration?: Date;
}

/** One request, after its signature has been accepted. */
export interface AwsCall {
  readonly service: ServiceName;
  readonly action: string;
  readonly principal: Principal;
  /** The request's parameters as they came over the wire; secret material included, so never log it. */
  readonly input: Record<string, unknown>;
  /** The account's time of the call, in ms since the epoch. */
  readonly at: number;
  /** The region that the request was signed for; the account's own when absent. */
  readonly region?: string;
  /** The network address in CloudTrail's record, `127.0.0.1` when absent. */
  readonly sourceIpAddress?: string;
  readonly userAgent?: string;
}

/** What a policy evaluator answers for a call. `message` replaces AWS's usual wording. */
export interface Authorization {
  readonly allowed: boolean;
  readonly message?: string;
}
