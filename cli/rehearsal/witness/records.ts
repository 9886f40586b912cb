import type { RegistryEntry } from '../../../functions/core/config/registry';
import type { TargetConfig } from '../../../functions/core/hosts/target';

/** Who did something. */
export type Actor = 'run' | 'person';

/** One access key, from its creation to long after its end. */
export interface KeyRecord {
  readonly id: string;
  readonly secret: string;
  readonly user: string;
  readonly createdAt: number;
  /** `before` it was managed, by a `person` later, or by a run. */
  origin: 'before' | 'person' | 'run';
  status: 'Active' | 'Inactive' | 'Deleted';
  /** Changes of its status, oldest first. */
  readonly changes: { readonly at: number; readonly status: KeyRecord['status']; readonly by: Actor }[];
  /** Whether it ever was in a version of the secret. */
  isStored: boolean;
  /** The sealed record says that it has leaked. */
  leak?: Leak;
  /** It was the current one, and a run made it Inactive for good because roles had taken over, as they had. */
  isReplaced?: true;
}

/** Since when the record says so. */
export interface Leak {
  readonly at: number;
  /** It is to be made Inactive before its successor is delivered: K1 is given up for it from then on. */
  readonly firstAt: number | undefined;
}

/** A process, as far as the witness sees it. */
export interface Writer {
  readonly name: string;
  readonly startedAt: number;
  readonly isDead: boolean;
  readonly isFinished: boolean;
}

/** A run, as far as what it does is judged. */
export interface WitnessedRun {
  readonly process: Writer;
  /** When a key last authenticated in this run. */
  readonly proofs: ReadonlyMap<string, number>;
}

/** One place that pipelines read: what it holds, as they see it. */
export interface PlaceRecord {
  readonly name: string;
  readonly target: TargetConfig;
  /** UUID of the deployment environment, kept while it is renamed. */
  environment: string | undefined;
  /** The key whose ID it shows, and the key whose secret it holds. */
  idOf: KeyRecord | undefined;
  secretOf: KeyRecord | undefined;
  bundleOf: KeyRecord | undefined;
  /** The bundle counts from its own first delivery on. */
  isBundleArmed: boolean;
  isGone: boolean;
  /** Since when it holds this very pair. */
  since: number;
  /** From its first delivery on the promises count. */
  isArmed: boolean;
  tornSince: number | undefined;
  /** A person has changed its variables at the host, and nothing was delivered there since. */
  isTampered: boolean;
  /** When a delivery ended that. */
  trustedSince: number;
  /** The run that wrote it last. */
  writer: Writer | undefined;
  /** What it held when that run began to write there: a refused half brings the other one back to that. */
  found: Halves | undefined;
}

/** The keys that the two halves of a pair belong to. */
export interface Halves {
  readonly idOf: KeyRecord | undefined;
  readonly secretOf: KeyRecord | undefined;
}

/** One managed key, as an outsider sees it. */
export interface ManagedRecord {
  /** The one that it has now. */
  id: string;
  user: string;
  /** Users that it had before, the last one first. */
  formerUsers: readonly string[];
  entry: RegistryEntry;
  isManaged: boolean;
  places: PlaceRecord[];
  /** When its secret came to be; older keys are adopted. */
  secretCreatedAt: number;
  /** The last instant at which something was wrong that concerns it. */
  disturbedAt: number;
  /** The last instant at which a person did something to it, or its configuration changed. */
  touchedAt: number;
  /** Keys whose record of a late delivery a person has removed: their overlap counts from their creation. */
  readonly unrecorded: Set<string>;
  /** A person has removed the record of a rotation that began: what it left behind is foreign from then on. */
  hasLostIntent: boolean;
  /** Keys that a person's label calls delivered although a place did not hold them. */
  readonly markedByHand: Set<string>;
  /** When a person says that Keyturn made a key Inactive, by key. */
  readonly saidInactive: Map<string, number>;
  /** Since when a place holds a key that a person has killed; undefined when none does. */
  brokenAt: number | undefined;
  /** When rotate has seen to that. */
  rotatedAt: number | undefined;
  /** When the last such break was over. */
  healedAt: number;
  /** The last day on which its user had no room for a third key. */
  crowdedAt: number;
}

/** Who made a key stop working; what happens to a dead key after that does no more harm. */
export function killerOf({ changes }: KeyRecord): Actor | undefined {
  return changes[changes.findLastIndex(({ status }) => status === 'Active') + 1]?.by;
}
