import type { CallerIdentity, Iam, Registry, Secrets, Time } from '../../account/ports';
import type { TrustedKey } from '../../core/seal/check-seal';
import type { TrailPlace } from '../../core/trail-place';
import type {
  DeployedFacts,
  Evidence,
  FullCredentialReport,
  JudgingTerms,
  OwnHistory,
  ProvidedRecord,
  SecretPolicy,
  TrailWrite,
} from './evidence';
import type { OwnStacks } from './own-change';

/** Who asks, and where. */
export interface Caller {
  /** @throws KeyturnError `aws-*`, naming what to do when there are no credentials or no region */
  identify(): Promise<CallerIdentity & { readonly region: string }>;
}

/** The IAM credential report for people who review the account: every principal, with everything about its keys. */
export interface AccountKeys {
  /** Starts one when there is none; undefined while IAM is still making it. @throws KeyturnError `aws-*` */
  credentialReport(): Promise<FullCredentialReport | undefined>;
}

/** CloudTrail's event history: management writes of the last 90 days, whoever made them. */
export interface TrailHistory {
  /**
   * What happened to access keys and to managed secrets, all pages, in order of time; failed calls are left out.
   *
   * @param actions @default - all of them
   * @throws KeyturnError `aws-*`
   */
  writes(from: Date, to: Date, actions?: readonly TrailWrite['action'][]): Promise<readonly TrailWrite[]>;
  /**
   * What happened to Keyturn itself, in order of time; failed calls are left out.
   * @param only the calls that are asked about, at two a second. @default - all that change anything
   * @throws KeyturnError `aws-*`
   */
  ownChanges(
    own: OwnStacks,
    from: Date,
    to: Date,
    only?: readonly string[],
  ): Promise<Pick<OwnHistory, 'changes' | 'unread'>>;
}

export interface TrailFile {
  readonly key: string;
  /** Bytes, as S3 has it. */
  readonly size: number;
}

/** How much of a trail's files one report reads. */
export interface ReadingBounds {
  /** Milliseconds. */
  readonly takes: number;
  readonly files: number;
}

/** The files that a trail writes into S3. */
export interface TrailFiles {
  readonly bounds: ReadingBounds;
  /** The files whose names begin so, all pages; undefined where there are more than `most`. @throws KeyturnError `aws-*` */
  list(bucket: string, prefix: string, most: number): Promise<readonly TrailFile[] | undefined>;
  /**
   * The wanted records of a file, as JSON, and the SHA-256 of what it unpacks to; of one that is damaged the records
   * before the damage.
   *
   * @throws KeyturnError `aws-*`; `aws-rejected` where it is this file alone that S3 does not hand out
   */
  records(
    bucket: string,
    key: string,
    isWanted: (record: string) => boolean,
  ): Promise<{ readonly records: readonly string[]; readonly hash?: string; readonly damage?: string }>;
  /** A digest as S3 has it. @throws KeyturnError `aws-*`; `aws-rejected` where S3 does not hand it out */
  digest(bucket: string, key: string): Promise<SignedText>;
  /** CloudTrail's public keys of a region, which sign the digests of that time. @throws KeyturnError `aws-*` */
  signingKeys(region: string, from: Date, to: Date): Promise<readonly DigestKey[]>;
  /** Of each trail that this account sees writing there: whether it makes digests now. @throws KeyturnError `aws-*` */
  validation(region: string, place: TrailPlace): Promise<readonly boolean[]>;
}

/** What a digest of a trail unpacks to; nothing where it cannot be unpacked. */
export interface SignedText {
  readonly content: Uint8Array;
  /** In hexadecimal digits, as it stands in the object's metadata. */
  readonly signature?: string | undefined;
}

/** A public key of CloudTrail's. */
export interface DigestKey {
  readonly fingerprint: string;
  /** RSAPublicKey of PKCS #1. */
  readonly der: Uint8Array;
}

/** The secrets' own policies. */
export interface SecretPolicies {
  /** @param secret name or ARN. @throws KeyturnError `secret-missing`, `aws-*` */
  read(secret: string): Promise<SecretPolicy>;
}

/** What the deployment says of itself. */
export interface DeployedFactsReader {
  /** Undefined where it says nothing. @throws KeyturnError `aws-*`, `invalid-config` */
  read(): Promise<DeployedFacts | undefined>;
}

/** The record of record, for whoever reviews it. */
export interface AuditRecordReader {
  /**
   * The record from its beginning until an instant, all pages. A run that changed nothing and found nothing is left out
   * when it was before `since`.
   *
   * @throws KeyturnError `aws-*`; `aws-rejected` when there is no such log group
   */
  read(period: {
    readonly since: Date;
    readonly until: Date;
    readonly now: Date;
    /** Whose seals count. @default - seals are not checked */
    readonly sealedBy?: readonly TrustedKey[] | undefined;
  }): Promise<NonNullable<Evidence['record']>>;
}

/** What the endpoint of a provider has recorded. */
export interface ProvidedReader {
  /** Checks all of it between two instants. @throws KeyturnError `aws-*` */
  read(since: Date, until: Date): Promise<ProvidedRecord>;
}

/** The public halves of the KMS keys that this deployment sealed its record with. */
export interface SealKeys {
  /** @throws KeyturnError `aws-*` */
  read(): Promise<readonly TrustedKey[]>;
}

/** What the configuration says of how to judge. */
export interface AuditTermsReader {
  /** Undefined where it says nothing. @throws KeyturnError `aws-*`, `invalid-config` */
  read(): Promise<JudgingTerms | undefined>;
}

/** What the evidence of a report is read with. */
export interface EvidencePorts {
  readonly caller: Caller;
  readonly record: AuditRecordReader;
  readonly provided: ProvidedReader;
  readonly sealKeys: SealKeys;
  readonly trail: TrailHistory;
  readonly trailFiles: TrailFiles;
  readonly accountKeys: AccountKeys;
  readonly iam: Pick<Iam, 'listAccessKeys'>;
  readonly registry: Pick<Registry, 'list'>;
  readonly secrets: Pick<Secrets, 'list'>;
  readonly terms: AuditTermsReader;
  readonly deployment: DeployedFactsReader;
  readonly secretPolicies: SecretPolicies;
  readonly time: Time;
}
