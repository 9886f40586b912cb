import type { ErrorCode } from '../errors';
import type { BrokenNow, FindingCode } from '../findings/codes';

/** Why a rotation happens. */
export type RotationReason =
  | 'first'
  | 'due'
  | 'requested'
  | 'secret-edited'
  | 'current-key-missing'
  | 'current-key-inactive';

/** One thing to do. An executor runs the steps in order; a preview prints them. */
export type Step =
  /** Delete a key that a crashed run left behind. */
  | { readonly do: 'discard-orphan'; readonly accessKeyId: string }
  | { readonly do: 'clear-intent' }
  | { readonly do: 'rotate'; readonly reason: RotationReason }
  /** Make a stored, still active key current again, because the current one is dead and there is no room for a new one. */
  | { readonly do: 'promote'; readonly accessKeyId: string; readonly versionId: string; readonly from: string }
  | {
      readonly do: 'deactivate';
      readonly accessKeyId: string;
      readonly reason: 'idle' | 'hold-limit' | 'replace-idle';
    }
  | { readonly do: 'record-hold'; readonly accessKeyId: string }
  | { readonly do: 'record-reactivation'; readonly accessKeyId: string }
  | { readonly do: 'record-inactive'; readonly accessKeyId: string }
  /** Remove the record of a key that is gone. */
  | { readonly do: 'clear-record' }
  | { readonly do: 'delete'; readonly accessKeyId: string; readonly inactiveSince: Date }
  | {
      readonly do: 'deliver';
      readonly versionId: string;
      readonly accessKeyId: string;
      readonly createdAt: Date;
      readonly digest: string;
      /** The version that holds this target set's mark; the mark is moved only if it still does. */
      readonly markedBefore: string | undefined;
      /** No delivery of another version can come after this one: it may be marked. Otherwise a later run delivers again. */
      readonly conclusive: boolean;
      /** An earlier version that became current again. */
      readonly returned: boolean;
    }
  /** After a `deliver` only when that was complete. */
  | { readonly do: 'remove-label'; readonly label: string; readonly versionId: string };

/** A connection as people know it, and the name or ARN of the secret that holds its token. */
export interface NamedConnection {
  readonly name: string;
  readonly secret: string;
}

/** Something that a person should know: it names the key, the fact and the cure. */
export interface Finding {
  readonly code: FindingCode;
  /** Managed key; absent when it concerns the whole run. */
  readonly key?: string;
  readonly accessKeyId?: string;
  /** `attention`: a person has to act. `notice`: good to know. */
  readonly severity: 'attention' | 'notice';
  readonly message: string;
  /** Since when it has been so, where that is known; decides how soon people are told. */
  readonly since?: Date;
  /** What it is in a few words, where the code alone does not say it. */
  readonly what?: string;
  /** Where the code alone does not say it. */
  readonly brokenNow?: BrokenNow;
  /** The connection to a CI host that is the cause, for all keys that use it. */
  readonly connection?: NamedConnection;
  /** The error that is the cause, where it is one. */
  readonly error?: ErrorCode;
  /** The functions that tell people of it, where all of them find the same. @default - whichever finds it */
  readonly toldBy?: readonly string[];
}

/** The steps of some kinds. */
export type StepNamed<Name extends Step['do']> = Extract<Step, { readonly do: Name }>;

/** What a planner returns. */
export interface Plan<Each extends Step = Step> {
  readonly steps: readonly Each[];
  readonly findings: readonly Finding[];
}
