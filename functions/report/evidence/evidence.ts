import type { AuditEvent } from '../../core/audit';
import type { AuditTerms } from '../../core/config/audit-terms';
import type { RegistryEntry } from '../../core/config/registry';
import type { DeployedRight, DeployedThings } from '../../core/deployed-facts';
import type { SecretState } from '../../core/key/secret-state';
import type { StackDays } from '../../core/said-of-deployment';
import type { ManifestMismatch } from '../../core/seal/compare-manifests';

/** What CloudTrail says of one management write that matters to access keys: it happened, whoever did it. */
export interface TrailWrite {
  readonly eventId: string;
  readonly at: Date;
  readonly action: 'CreateAccessKey' | 'UpdateAccessKey' | 'DeleteAccessKey' | 'PutSecretValue';
  /** ARN of who did it; of an assumed role that of the session. */
  readonly by: string;
  /** IAM user, for the three IAM actions. */
  readonly user?: string;
  readonly accessKeyId?: string;
  /** What an UpdateAccessKey set. */
  readonly status?: 'Active' | 'Inactive';
  /** Name of the secret, for PutSecretValue, and the version ID that its caller chose. */
  readonly secret?: string;
  readonly version?: string;
  readonly sourceIp?: string;
}

/** A call that changed a thing of Keyturn's own, or the deployment of one of its stacks. */
export interface OwnChange {
  readonly eventId: string;
  readonly at: Date;
  /** Name of the call, without the version that Lambda adds to it. */
  readonly call: string;
  /** `iam`, `lambda`… */
  readonly service: string;
  /** As the call names it: by name or by ARN. */
  readonly thing: string;
  /** ARN of who did it; of an assumed role that of the session. */
  readonly by: string;
  /** Address that it came from. */
  readonly from?: string | undefined;
  /** `deployment`: it deploys a stack of Keyturn's. `cloudformation`: CloudFormation did it, for some deployment. */
  readonly through: 'deployment' | 'cloudformation' | 'hand';
}

/** What happened to Keyturn itself. */
export interface OwnHistory {
  /** Since when CloudTrail could be asked. */
  readonly from: Date;
  readonly to: Date;
  /** In order of time. */
  readonly changes: readonly OwnChange[];
  /** Calls that there were too many of: what of them is older does not show. */
  readonly unread: readonly string[];
  /** Times in between of which nothing is known. @default - none */
  readonly absences?: readonly { readonly from: Date; readonly to: Date }[];
}

/** A time of which CloudTrail's word comes from one place, or from none. */
export interface TrailSpan {
  readonly from: Date;
  readonly to: Date;
  readonly source: 'event-history' | 'trail-files' | 'absent';
  /** Why there is nothing, of what is absent. */
  readonly why?: string;
  /** Of what is absent: it was there, or should be, and could not be read. */
  readonly isLost?: boolean;
}

/** What somebody did to the files of a trail. */
export type TamperedTrail =
  | 'file-changed'
  | 'file-deleted'
  /** The next digest has another hash of it. */
  | 'digest-changed'
  | 'digest-deleted'
  /** No key of CloudTrail's has signed it. */
  | 'digest-not-signed';

/** What the digests of a trail say of its files. */
export interface TrailProof {
  readonly tampering: readonly {
    readonly region: string;
    readonly at: Date;
    /** Name of the file. */
    readonly file: string;
    readonly why: TamperedTrail;
  }[];
  /** Days with files that no digest proves. */
  readonly unproved: readonly {
    readonly region: string;
    readonly from: Date;
    readonly to: Date;
    /** None where it is a digest that nobody can check. */
    readonly files: number;
    readonly why: string;
    /** There should be a proof, or nobody can tell. @default - the trail makes none */
    readonly isDecisive?: boolean;
  }[];
}

/** What a deployment says of itself, and when it was last written. */
export interface DeployedFacts {
  readonly things: DeployedThings;
  readonly rights: readonly DeployedRight[];
  readonly changedAt?: Date | undefined;
}

/** A secret's own policy. */
export interface SecretPolicy {
  readonly arn: string;
  /** JSON; undefined where it has none. */
  readonly policy: string | undefined;
}

/** One slot of the IAM credential report. */
export interface ReportedKey {
  readonly slot: 1 | 2;
  readonly active: boolean;
  /** When the key was created; undefined where the report says `N/A` or `no_information`. */
  readonly createdAt: Date | undefined;
  /** `never` is what AWS's `N/A` means here; `unknown` its `no_information`. */
  readonly lastUsed: Date | 'never' | 'unknown';
  readonly lastUsedService?: string;
  readonly lastUsedRegion?: string;
}

/** One line of the IAM credential report, root's too. */
export interface ReportedPrincipal {
  /** User name, or `<root_account>`. */
  readonly user: string;
  readonly arn: string;
  readonly isRoot: boolean;
  readonly keys: readonly ReportedKey[];
}

export interface FullCredentialReport {
  readonly generatedAt: Date;
  readonly principals: readonly ReportedPrincipal[];
  /** Columns that this version does not know; they were not read. */
  readonly unknownColumns: readonly string[];
}

/** An access key of a managed user, as IAM lists it now; the credential report has no IDs. */
export interface ListedKey {
  readonly user: string;
  readonly accessKeyId: string;
  readonly status: 'Active' | 'Inactive';
  readonly createdAt: Date;
}

/** A line of the record that is no event of a schema that this version knows, or that Keyturn cannot have written so. */
export interface UnreadableLine {
  readonly at: Date;
  /** How many there are of that day, of which this is the first. @default 1 */
  readonly lines?: number;
  readonly why:
    | 'newer-schema'
    | 'not-an-event'
    /** Another event has its ID and says something else; both are among the events. */
    | 'conflicting-id'
    /** It is in the log stream of another function than it names; it is not among the events. */
    | 'wrong-stream'
    /** Its ID does not end in its number; it is not among the events. */
    | 'wrong-id'
    /** Of another account or region. */
    | 'elsewhere'
    /** It has no seal and was written when Keyturn sealed already; it is not among the events. */
    | 'unsealed'
    /** A key that is not this deployment's has sealed it; it is not among the events. */
    | 'other-key'
    /** Its seal is of another text; it is not among the events. */
    | 'false-seal'
    /** It was written at another time than it names: a true line, once more. It is not among the events. */
    | 'wrong-time'
    /** It names another event before it than the record has. */
    | 'broken-chain';
  /** Of a newer one. */
  readonly schema?: string;
}

/** What the seals of the record's lines show. */
export interface SealedRecord {
  /** The KMS keys whose seals count. */
  readonly keys: readonly { readonly arn?: string | undefined; readonly fingerprint: string }[];
  /** How many events they prove. */
  readonly events: number;
  /** When the first of them was written; undefined where none is sealed. */
  readonly since: Date | undefined;
  /** How many events were written before, without a seal. */
  readonly before: number;
  /** When which stacks were of the deployment, as sealed runs say. @default - they do not say it */
  readonly stacks?: StackDays | undefined;
  /** The digest of what reports judge by, as the last sealed run had it from its deployment. @default - none says it */
  readonly terms?: string | undefined;
}

export type EvidenceSource =
  | 'audit-record'
  | 'provider-record'
  | 'seal-key'
  | 'cloudtrail'
  | 'trail-files'
  | 'credential-report'
  | 'iam'
  | 'registry'
  | 'secrets'
  | 'audit-terms'
  | 'deployment'
  | 'own-changes'
  | 'secret-policies';

/** Which frameworks were chosen and which exceptions accepted, and when that was last written. */
export interface JudgingTerms extends AuditTerms {
  readonly changedAt?: Date | undefined;
  /** Of the text that they were read from. */
  readonly digest?: string | undefined;
}

/** The record of a provider's endpoint, whose seals were checked. */
export interface ProvidedRecord {
  readonly unreadable: readonly UnreadableLine[];
  /** Lines from before the present key's first one that another key has sealed: that of an endpoint before this one. */
  readonly before?: { readonly lines: number; readonly until: Date } | undefined;
  /** Attempts of the period that lack events, and those. */
  readonly missing: readonly { readonly at: Date; readonly attempt: string; readonly events: string }[];
  /** From this instant on nothing was read: there was more than there is room for. @default - all was read */
  readonly readUntil?: Date | undefined;
}

/** Everything that a report is made from. What could not be had is undefined, with its reason in `failures`; nothing is guessed. */
export interface Evidence {
  readonly account: string;
  readonly region: string;
  /** Who gathered it: the ARN of the caller. */
  readonly gatheredBy: string;
  readonly gatheredAt: Date;
  /** The period that the report is about. `until` is exclusive and not later than `gatheredAt`. */
  readonly since: Date;
  readonly until: Date;
  readonly record:
    | {
        readonly logGroup: string;
        /** Before this instant the record holds nothing: it was made then, or its retention has passed. */
        readonly beginsAt: Date;
        /** In order of time; each once. From before `since` too, where a key's life began then, and from shortly after `until`. */
        readonly events: readonly AuditEvent[];
        /**
         * What was accepted by `keyturn exempt` and ended, sealed events only: from the record's beginning until the evidence
         * was gathered, whatever the period, because what was ended since excuses nothing. @default - none
         */
        readonly exemptions?: readonly AuditEvent[];
        readonly unreadable: readonly UnreadableLine[];
        /** @default - the seals were not checked: nobody knows by which key */
        readonly seals?: SealedRecord | undefined;
        /** What the manifests of the days and the record say otherwise. @default - nothing */
        readonly mismatches?: readonly ManifestMismatch[];
      }
    | undefined;
  /** What is wrong with what the endpoint of a provider has recorded. @default - there is none, or it could not be read */
  readonly provided?: ProvidedRecord | undefined;
  readonly trail:
    | {
        /**
         * What CloudTrail could be asked for: its event history 90 days back at most, and not the last minutes; what is
         * older where the trail's files could be read. A little more than the period, so that what happened at its edge
         * meets its audit event.
         */
        readonly from: Date;
        readonly to: Date;
        /** Where the word comes from, from the beginning to the end. @default - all of it from the event history */
        readonly spans?: readonly TrailSpan[];
        readonly writes: readonly TrailWrite[];
      }
    | undefined;
  readonly credentialReport: FullCredentialReport | undefined;
  readonly entries: readonly RegistryEntry[] | undefined;
  /** When each of them was last written, by its ID. @default - nobody knows */
  readonly entriesChangedAt?: ReadonlyMap<string, Date> | undefined;
  /** IDs of registry entries that cannot be read, and why. */
  readonly invalidEntries: readonly { readonly id: string; readonly message: string }[];
  readonly secrets: readonly SecretState[] | undefined;
  /** Keys of the managed users. */
  readonly listedKeys: readonly ListedKey[] | undefined;
  /** Managed users whose keys could not be listed, unlike those of the others: `listedKeys` tells nothing of them. */
  readonly usersNotListed?: readonly string[];
  /** @default - nothing was chosen and nothing accepted: every control is judged */
  readonly terms?: JudgingTerms | undefined;
  /** @default - the stack is of a version that did not say it, or somebody took it away */
  readonly deployment?: DeployedFacts | undefined;
  /** Of managed secrets and of connections, by the name that Keyturn knows each by. @default - none could be read */
  readonly secretPolicies?: ReadonlyMap<string, SecretPolicy> | undefined;
  /** @default - no files of a trail were read */
  readonly trailProof?: TrailProof | undefined;
  /** @default - it is not known which things are Keyturn's own, or CloudTrail could not be asked */
  readonly ownHistory?: OwnHistory | undefined;
  readonly failures: readonly { readonly source: EvidenceSource; readonly message: string }[];
}
