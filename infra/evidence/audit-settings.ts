/** How long the archive keeps what it holds: nobody can delete or change it before. */
export interface ArchiveSettings {
  /** Years for which an object is locked, from 1 to 100. */
  readonly years: number;
  /**
   * S3's Object Lock mode: `governance` (whoever has `s3:BypassGovernanceRetention` can lift it) or `compliance` (nobody
   * can, not even the root user).
   *
   * @default governance
   */
  readonly mode?: string;
  /** Days after which an object of 128 KB or more moves to Glacier Instant Retrieval. @default 90 */
  readonly glacierAfterDays?: number;
  /**
   * Name of the S3 bucket that gets a log of the requests to the archive, under `keyturn-archive/`; of the same account
   * and region, and its policy must admit S3's log delivery.
   *
   * @default - requests are not logged
   */
  readonly accessLog?: string;
}

/** A report that a function writes into the archive. */
export interface ScheduledReportSettings {
  /** When, in UTC; each report covers the calendar month before. @default cron(0 6 1 * ? *) */
  readonly schedule?: string;
}

/** Where the account's CloudTrail trail keeps its files, which reports read for what is older than 90 days. */
export interface TrailFilesSettings {
  /** Bucket that the trail writes to. @default - with `trail: create` the one that the stack makes */
  readonly bucket?: string;
  /** The trail's prefix in its bucket. @default - none */
  readonly prefix?: string;
  /** ID of the organization, where the trail is the organization's: `o-exampleorgid`. @default - it is the account's own */
  readonly organization?: string;
  /** ARN of the KMS key that encrypts the files. @default - S3's own keys */
  readonly encryptionKey?: string;
}

/** Something that a key need not meet for a while, because somebody has accepted that. */
export interface AcceptedExceptionSettings {
  /** ID of the managed key that it is about. @default - it is about `user` */
  readonly key?: string;
  /** Name of the IAM user that it is about, managed or not. @default - it is about `key` */
  readonly user?: string;
  /** The control that the key need not meet, as the report names it, such as `cis-1.14`. */
  readonly control: string;
  /** Who has accepted it: name and function. */
  readonly approver: string;
  /** Why, and what makes up for it. */
  readonly reason: string;
  /** Day of the approval, in UTC: `2026-11-28`. */
  readonly approvedOn: string;
  /** Last day on which it counts, in UTC; a year after the approval at most. */
  readonly until: string;
}

/** The audit record, and where else it goes. */
export interface AuditSettings {
  /**
   * `create`: the stack makes the log group `/keyturn/audit`. `existing`: it uses the group that is there, such as that of
   * a stack that was deleted; its retention, encryption and protection are its owner's.
   *
   * @default create
   */
  readonly logGroup?: string;
  /** For how long the record is kept, where the stack makes it: a number of days that CloudWatch Logs offers. @default 400 */
  readonly retentionDays?: number;
  /** ARN of the KMS key that encrypts the record, where the stack makes it, and the archive; its policy must admit CloudWatch Logs. @default - the services' own keys */
  readonly encryptionKey?: string;
  /** ARNs of the KMS keys that sealed the record for deployments before this one, for the report. @default - none */
  readonly formerSealKeys?: string[];
  /** ARN of the event bus, of another account for example, that gets every audit event. @default - none */
  readonly forwardTo?: string;
  /** An S3 bucket with Object Lock that gets every audit event and the scheduled reports. @default - none */
  readonly archive?: ArchiveSettings;
  /** The files of the account's trail, for what is older than CloudTrail's event history. @default - reports see 90 days of it */
  readonly trailFiles?: TrailFilesSettings;
  /** A report that is written into the archive every month. @default - none */
  readonly report?: ScheduledReportSettings;
  /** Frameworks that reports judge the keys by, such as `cis-7.0`. @default - all that the report knows */
  readonly frameworks?: string[];
  /** Exceptions that somebody has accepted; every report has them. @default - none */
  readonly exceptions?: AcceptedExceptionSettings[];
}
