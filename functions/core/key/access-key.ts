/** What an access key ID looks like: a text of this form may be told, because no secret in any encoding begins so. */
export const ACCESS_KEY_ID = /^A[KS]IA[A-Z0-9]{12,28}$/;

/** An access key as IAM lists it. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly status: 'Active' | 'Inactive';
  readonly createdAt: Date;
}

/** When a key was last used; `at` is undefined for a key that was never used. */
export interface LastUsed {
  readonly at: Date | undefined;
  /** AWS's short name of the service, such as `sts`. */
  readonly service?: string;
  readonly region?: string;
}

/** One user's line of the IAM credential report: up to four hours old, and without key IDs. */
export interface ReportedUser {
  readonly user: string;
  /** Path of its ARN, such as `/pipelines/`; undefined where there is none, as root's. */
  readonly path?: string | undefined;
  /** Slots one and two, in no order, without the empty ones. */
  readonly keys: readonly { readonly active: boolean; readonly changedAt: Date | undefined }[];
}

export interface CredentialReport {
  readonly generatedAt: Date;
  readonly users: ReadonlyMap<string, ReportedUser>;
}
