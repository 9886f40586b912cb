import type { AuditEvent, AuditEventName } from '../core/audit';
import type { RegistryEntry } from '../core/config/registry';
import type { KeyturnError } from '../core/errors';
import type { RestartEnd } from '../core/hosts/data-center';
import type { DeliveredKey, StoredCredential } from '../core/hosts/host';
import type { Connection, TargetConfig } from '../core/hosts/target';
import type { AccessKey, CredentialReport, LastUsed } from '../core/key/access-key';
import type { Credential, Redacted } from '../core/key/credential';
import type { KeyUse } from '../core/key/key-use';
import type { SeenQuarantine } from '../core/key/quarantine';
import type { RoleUse } from '../core/key/replaced';
import type { SecretState } from '../core/key/secret-state';
import type { RegionUses } from '../core/key/uses-since';
import type { Managed } from '../core/lifecycle/managed';
import type { TrustedKey } from '../core/seal/check-seal';
import type { AttemptEnd } from '../core/seal/manifest';
import type { BusName, Unsent } from '../core/seal/unsent';
import type { Seal } from '../core/sealed';
import type { Startable } from '../core/verbs';

/** Every method throws KeyturnError: `aws-*`, and what its own line says. */
export interface Iam {
  /** All pages. @throws `user-missing` */
  listAccessKeys(user: string): Promise<readonly AccessKey[]>;
  /** Is never repeated unless AWS said that nothing happened. @throws `key-limit`, `user-missing` */
  createAccessKey(user: string): Promise<Credential>;
  /** @throws `key-missing` */
  deactivateAccessKey(user: string, accessKeyId: string): Promise<void>;
  /** @throws `key-missing` */
  activateAccessKey(user: string, accessKeyId: string): Promise<void>;
  /** A key that is gone already counts as deleted. */
  deleteAccessKey(user: string, accessKeyId: string): Promise<void>;
  accessKeyLastUsed(accessKeyId: string): Promise<LastUsed>;
  /** @param role its ARN. @throws `role-missing` */
  roleLastUsed(role: string): Promise<RoleUse>;
  /** Starts one when there is none; undefined while IAM is still making it. */
  credentialReport(): Promise<CredentialReport | undefined>;
  /** The users whom AWS has put in quarantine because it saw a key of theirs leak. One call where there is none. */
  quarantinedUsers(): Promise<SeenQuarantine>;
}

export interface CallerIdentity {
  readonly accountId: string;
  readonly arn: string;
}

export interface Sts {
  /** Where a key can be proved: the function's own region, and another one where the partition has two. */
  readonly regions: readonly string[];
  /** Who a credential is. @param region @default the function's own. @throws `proof-failed` when AWS does not accept it */
  identify(credential: Credential, region?: string): Promise<CallerIdentity>;
}

/** Starts a function of Keyturn's own, and does not wait for it. */
export interface FunctionStarter<Name extends Startable = Startable> {
  /** @throws KeyturnError `aws-*` */
  start(name: Name, asked: FunctionAsked): Promise<void>;
}

/** What it is told: which keys to look at, and who asked. What is done for them each secret says. */
export interface FunctionAsked {
  readonly keys: readonly string[];
  /** It does nothing else. @default - all that is to be done */
  readonly only?: 'check' | undefined;
  /** Of how many runs, one after the other, it is to go on with what they have left in the middle. @default - of none */
  readonly goesOn?: number | undefined;
  readonly by: string;
  readonly why: string;
}

/** What CloudTrail's event history knows of one key. Every method throws KeyturnError `aws-*`. */
export interface Trail {
  /**
   * Whether this function's own role created the access key; undefined while there is no record of its creation, which
   * takes minutes.
   */
  isOwn(key: AccessKey): Promise<boolean | undefined>;
  /**
   * The latest uses of a key in one region, newest first: management events of 90 days. It is asked once and not for long,
   * because nothing waits for it.
   *
   * @param region @default the function's own
   */
  usesOf(accessKeyId: string, since: Date, region?: string): Promise<readonly KeyUse[]>;
  /**
   * The calls of a key since an instant, the latest few hundred of each region: the function's own, the one that has IAM's
   * records, and this one. A region that does not answer is named (K11).
   *
   * @param region @default - no other one
   */
  usesSince(accessKeyId: string, since: Date, region?: string): Promise<readonly RegionUses[]>;
}

export interface Secrets {
  /** Every secret whose name starts with the prefix; all pages. */
  list(prefix: string): Promise<readonly SecretState[]>;
  /** @throws `secret-missing` */
  describe(name: string): Promise<SecretState>;
  /** The same state with the versions that have lost all their labels. */
  describeWithUnlabelled(name: string): Promise<SecretState>;
  /** Stores a credential as AWSCURRENT under `versionIdOf` it. Repeating it is safe. */
  store(name: string, credential: Credential, accountId: string): Promise<void>;
  /** @throws `secret-missing`, `secret-invalid` when the value is not one that Keyturn wrote */
  read(name: string, versionId: string): Promise<Credential>;
  /** Only if the label is where it was seen: `from`, or nowhere. @throws `label-moved` */
  moveLabel(name: string, label: string, to: string, from: string | undefined): Promise<void>;
  removeLabel(name: string, label: string, from: string): Promise<void>;
  tag(name: string, tags: Readonly<Record<string, string>>): Promise<void>;
  untag(name: string, keys: readonly string[]): Promise<void>;
  /** Digests of registry entries that the secret's own policy has: what a deployment said; none where it may not be read. */
  pins(name: string): Promise<readonly string[]>;
}

export interface RegistryListing {
  readonly entries: readonly RegistryEntry[];
  /** The digest of each entry's text, by id. */
  readonly digests: ReadonlyMap<string, string>;
  /** When each entry was last written, by id, where that is known. */
  readonly changedAt?: ReadonlyMap<string, Date>;
  /** Parameters that could not be understood: the id and why. */
  readonly invalid: readonly { readonly id: string; readonly error: KeyturnError }[];
}

export interface Registry {
  /** All pages. */
  list(): Promise<RegistryListing>;
  /** undefined when there is no such entry. @throws `invalid-entry` */
  get(id: string): Promise<Pick<Managed, 'entry' | 'digest'> | undefined>;
}

/** What STS is asked for: a session of a role for one step. */
export interface SessionRequest {
  readonly role: string;
  readonly sessionName: string;
  readonly seconds: number;
  /** JSON text. */
  readonly policy: string | undefined;
  readonly policyArns: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

/** Credentials that end by themselves. */
export interface RoleSession {
  readonly accessKeyId: string;
  readonly secretAccessKey: Redacted;
  readonly sessionToken: Redacted;
  readonly expiresAt: Date;
}

/** What a target answered to one delivery. */
export interface Receipt {
  /** What was written, such as `updated AWS_ACCESS_KEY_ID`. */
  readonly wrote: readonly string[];
  /** Whether the host gave the access key ID back as it was written; undefined where it cannot be read. */
  readonly readBack: boolean | undefined;
  /** Milliseconds between the two halves of the pair, as seen from here: an upper bound of the torn time. */
  readonly tornFor: number;
  /** What was not shown to be writable before the first write, so that only the delivery showed it. */
  readonly unproved?: readonly string[];
  /** Why what somebody has asked for once more was left as it was, which it is still. @default - nobody has, or it was done */
  readonly notAgain?: string | undefined;
  /** What an inspection shows as its `revision` until somebody makes anew what was written to. @default - nobody knows */
  readonly revision?: string | undefined;
}

/** The credentials that a place may have held before, for a host that has to put half of one back. */
export interface EarlierCredentials {
  /** Whether a delivery of the same credential has left one of its places torn. @default false */
  readonly torn?: boolean;
  /**
   * Whether there is a stored credential to put back; not where the place may hold the new one already, whatever the host
   * shows of it.
   *
   * @param accessKeyId what the place shows to hold; undefined where it does not
   */
  canPutBack(accessKeyId: string | undefined): boolean;
  /**
   * Whether a delivery of the same credential to this target was complete before: its receipt had this revision.
   *
   * @param revision see `Receipt`
   * @default - nobody knows
   */
  wasConfirmed?(revision: string): boolean;
  /** Whether this run goes on with what one before it has begun and left in the middle. @default false */
  readonly goesOn?: boolean;
  /** When somebody has asked for it once more, where that has not been done. @default - nobody has */
  readonly askedAt?: Date | undefined;
  /**
   * Since when the credential is current again, after a later one was. What a place has confirmed before says nothing.
   *
   * @default - it was current all the time
   */
  readonly since?: Date | undefined;
  /**
   * Comes before the first write to a place: from then on it may hold the new one.
   *
   * @throws KeyturnError `aws-*` where that cannot be kept
   */
  beforeWriting(): Promise<void>;
  /** Is told, as often as it is learned, what has become of each node that was to start again. @default - nobody is */
  ended?(restarts: readonly RestartEnd[]): Promise<void>;
  /**
   * The stored credential of an access key, or the one that was delivered before where the place does not show which;
   * it has just authenticated (K2). undefined where there is none.
   */
  read(accessKeyId: string | undefined): Promise<Credential | undefined>;
}

/** What a look at a target shows, without a value but access key IDs. */
export interface Inspection {
  /** What was compared, such as `AWS_ACCESS_KEY_ID`; empty where the host shows nothing. */
  readonly compared: readonly string[];
  /** What is not as it was delivered: `AWS_ACCESS_KEY_ID is missing`. */
  readonly differences: readonly string[];
  /** ID of the access key that stands there; undefined where the host does not show it, or there is none. */
  readonly holds: string | undefined;
  /** All that is written there, in the host's own UUIDs: two targets that share one are one place. */
  readonly places: readonly string[];
  /** What tells whether somebody has made it anew since: UUIDs, times of the last change. @default - the host shows none */
  readonly revision: string | undefined;
}

/** One place a credential is delivered to. */
export interface Target {
  readonly name: string;
  /**
   * Writes the credential and reads back what can be read. Repeating it is safe.
   * @param stored where the credential is, for a host that fetches it by itself
   * @param earlier what may have been there before, for a host that writes a credential in two halves. @default - nobody
   * knows
   * @throws KeyturnError
   */
  deliver(credential: Credential, stored: StoredCredential, earlier?: EarlierCredentials): Promise<Receipt>;
  /**
   * Looks at what is there, and changes nothing. What differs is looked at again before it is told: a host may show for
   * seconds what was there before.
   * @param wanted what should be there; nothing is compared without it
   * @throws KeyturnError when nobody can tell, such as `host-down`
   */
  inspect(wanted: DeliveredKey | undefined): Promise<Inspection>;
  /**
   * Shows that the place can be written now, with a write that changes nothing.
   * @returns whether that was shown; a host that knows no such write shows nothing
   * @throws KeyturnError when it cannot be written, or nobody can tell
   */
  tryToWrite(): Promise<boolean>;
  /**
   * Asks whose the place is that the target's name means now, in IDs that the host never gives again: letters, digits and
   * `.:/@-`, 73 of them at most.
   * @param need whether anything is compared with it: only then does a host that does not say count as down for others,
   * and a token that the host does not take as rejected
   * @returns undefined where the token may not know, because a right that is missing stops nothing, and where the host
   * has no such IDs
   * @throws KeyturnError when nobody can tell, such as `host-down`, or `token-rejected`
   */
  identify(need: 'needed' | 'wanted'): Promise<string | undefined>;
}

/** Makes targets; tokens and look-ups are shared between the targets of one connection. */
export interface Targets {
  /** @param connection undefined where the target's host takes no token */
  open(target: TargetConfig, connection: Connection | undefined): Promise<Target>;
}

/** The tokens for CI hosts. */
export interface ConnectionSecrets {
  /** The current value of a connection's secret. @throws `invalid-connection` when it is missing or empty */
  read(nameOrArn: string): Promise<Redacted>;
}

/** The function's own log: a second copy, which is there even when the run dies at the next instruction. */
export interface AuditLog {
  write(event: AuditEvent): void;
}

/** The asymmetric KMS key that certifies what this deployment's functions write. Every method throws KeyturnError `aws-*`. */
export interface SealKey {
  /** Signs a text of 4,096 bytes at most. */
  sign(text: string): Promise<Seal['certificate']>;
  /** With what that is checked; asked for once. */
  publicKey(): Promise<TrustedKey>;
}

/** The record of record: the log group that holds audit events and nothing else. Every method throws KeyturnError `aws-*`. */
export interface AuditRecord {
  /** Resolves when all of them are kept. Repeating it is safe: events have IDs of their own. */
  append(events: readonly AuditEvent[]): Promise<void>;
  /** The `people-told` events since an instant, all pages; sealed ones only. */
  told(since: Date): Promise<readonly AuditEvent[]>;
  /**
   * The events of one kind since an instant, all pages. Only what this deployment's key has sealed: whoever else writes
   * into the log group decides nothing.
   *
   * @param reason only those with this reason
   * @param by only those of this function: of its streams alone months are read as fast as a day of all of them
   * @param until none that is younger. @default - to this day
   */
  recorded(
    since: Date,
    event: AuditEventName,
    reason?: string,
    by?: string,
    until?: Date,
  ): Promise<readonly AuditEvent[]>;
  /** What it has of the attempts that began on a day (UTC, `2026-11-28`), sealed events only. */
  ofDay(day: string): Promise<RecordOfDay>;
  /** The events of one attempt in their order, as they were written down; sealed ones only, by a key before this one too. */
  ofAttempt(attempt: string): Promise<readonly AuditEvent[]>;
}

/** The attempts of a day. */
export interface RecordOfDay {
  readonly ends: readonly AttemptEnd[];
  /** Whose events a bus may lack; of deployments before this one too. */
  readonly unsent: Unsent;
  /** Whether what was lacking before that day was sent on it, or is named among these. */
  readonly isSettled: boolean;
}

/** What became of events that were sent. */
export interface Published {
  /** How many were not taken. */
  readonly unpublished: number;
  /** Why the first of them was not. */
  readonly error?: KeyturnError;
}

/** Lets teams attach what they like, in this account or in a central one. */
export interface EventBus {
  readonly name: BusName;
  /** Sends all of them, whatever becomes of the first ones. */
  publish(events: readonly AuditEvent[]): Promise<Published>;
}

export interface Notifier {
  /** Tells people by e-mail. @param subject less than 100 characters */
  notify(subject: string, text: string): Promise<void>;
}

export interface Time {
  now(): Date;
  sleep(milliseconds: number): Promise<void>;
}

/** One line of structured log. Values must be plain facts: IDs, names, codes. */
export interface Log {
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
  error(message: string, facts?: Readonly<Record<string, unknown>>): void;
}

/** A use of a token that an issuer has signed. */
export interface TokenUse {
  /**
   * Whether the token may be used: `fresh` in its first seconds, `used` later, `too-often` when nothing more is decided by
   * it, `full` where nobody could be told later that it was used. What is `fresh` or `used` is to be decided.
   */
  readonly verdict: 'fresh' | 'used' | 'too-often' | 'full';
  /** Whether another use of it is known to have come from another address. @default false */
  readonly isFromElsewhere?: boolean;
  /** Nothing was decided, because nobody could: the token is as if this use had not been. */
  undecided(): Promise<void>;
}

/** Remembers which tokens were used, until they end by themselves. Every method throws KeyturnError `aws-*`. */
export interface UsedTokens {
  /**
   * Decides in one step, whoever else asks with the same token.
   *
   * @param endsAt, now ms since the epoch
   * @param address where it came from. @default - nothing can be told apart by that
   */
  use(digest: string, endsAt: number, now: number, address?: string): Promise<TokenUse>;
}

/** Where audit events and reports are kept, and nobody can change them before their time. */
export interface Archive {
  /** Writes an object where there is none of this key yet; one that is there stays as it is. @throws KeyturnError `aws-*` */
  add(key: string, content: string, contentType: string): Promise<Added>;
}

/** What became of an object that was to be added. */
export interface Added {
  /** Where it is, as a URI. */
  readonly place: string;
  /** Whether there was one of this key before, and it was left alone. */
  readonly wasThere: boolean;
}
