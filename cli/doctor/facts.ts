import type { CallerIdentity, RegistryListing } from '../../functions/account/ports';
import type { Survey } from '../../functions/account/survey';
import type { SeenAlarm } from '../../functions/aws/alarm-states';
import type { SeenFunction, SeenRule, SeenSubscription, SeenTrail } from '../../functions/aws/deployment-look';
import type { StackResource } from '../../functions/aws/stack-resources';
import type { AuditEvent } from '../../functions/core/audit';
import type { Config } from '../../functions/core/config/config';
import type { AccessKey, CredentialReport } from '../../functions/core/key/access-key';
import type { SecretState } from '../../functions/core/key/secret-state';
import type { DeployedFacts, OwnHistory, SecretPolicy } from '../../functions/report/evidence/evidence';
import type { TriedToken } from '../connect/try-token';
import type { ConnectionUse } from '../connections';
import type { Read } from './read';

/** A managed key as the registry has it, or before a deployment the configuration. */
export interface WantedKey {
  readonly id: string;
  readonly user: string;
}

/** A connection, its secret and its token, as far as the caller may read it. */
export interface SeenConnection {
  readonly use: ConnectionUse;
  /** Whether its secret is there. */
  readonly isThere: Read<boolean>;
  /** The token, tried at every place; unread where nobody here may read it, or it has no form that the host takes. */
  readonly tried: Read<TriedToken>;
}

/** Everything that the checks judge. */
export interface Facts {
  readonly now: Date;
  /** This command's version. */
  readonly version: string;
  readonly caller: CallerIdentity & { readonly region: string };
  /** What AWS had for the time when this machine had `askedAt`. */
  readonly clock: Read<{ readonly aws: Date | undefined; readonly askedAt: Date }>;
  /** @default - no file was named, and there is none here */
  readonly config: { readonly file: string; readonly config: Config } | undefined;
  /** Undefined in it where nothing is deployed. */
  readonly deployed: Read<DeployedFacts | undefined>;
  readonly registry: Read<RegistryListing>;
  /** Of the registry and of the configuration, each once. */
  readonly wanted: readonly WantedKey[];
  readonly secrets: Read<readonly SecretState[]>;
  /** Registry and secrets together, as the functions see them: which secret is whose, and which ones are nobody's. */
  readonly survey: Read<Survey>;
  /** By the names of secrets. */
  readonly policies: Read<ReadonlyMap<string, SecretPolicy>>;
  readonly report: Read<CredentialReport>;
  /** By user. `undefined` in it where IAM has no such user. */
  readonly keys: ReadonlyMap<string, Read<readonly AccessKey[] | undefined>>;
  /** Begins and ends of the runs of the last days, as the sealed record has them. */
  readonly runs: Read<readonly AuditEvent[]>;
  /** What the functions were denied in the last days. */
  readonly denials: Read<readonly AuditEvent[]>;
  /** Whether the KMS key that seals the record answers. */
  readonly seal: Read<true>;
  /** What the stacks have by CloudFormation's word, whatever became of it since. */
  readonly resources: Read<readonly StackResource[]>;
  readonly rules: Read<readonly SeenRule[]>;
  readonly functions: Read<readonly SeenFunction[]>;
  readonly subscriptions: Read<readonly SeenSubscription[]>;
  readonly alarms: Read<readonly SeenAlarm[]>;
  readonly trails: Read<readonly SeenTrail[]>;
  /** Changes to Keyturn itself that decide what it does. */
  readonly ownHistory: Read<Pick<OwnHistory, 'changes' | 'unread'>>;
  readonly connections: Read<readonly SeenConnection[]>;
  /** Keys whose places were not tried, by id: that a deployment has written their entries is not known. */
  readonly untried: readonly string[];
}
