import type { DriftSetting } from '../config/settings';
import type { FormerUser } from '../key/key-user';
import type { Found } from './found';

/** Why a rotation happens. */
export type RotationReason =
  | 'first'
  | 'due'
  /** Not due yet: a later day has more rotations than one run may make. */
  | 'brought-forward'
  | 'requested'
  | 'secret-edited'
  | 'user-changed'
  /** It has leaked. */
  | 'compromised'
  | 'current-key-missing'
  | 'current-key-inactive';

/** One thing to do. An executor runs the steps in order; a preview prints them. */
export type Step =
  /** Delete a key that a crashed run left behind. */
  | { readonly do: 'discard-orphan'; readonly accessKeyId: string }
  | { readonly do: 'clear-intent' }
  | {
      readonly do: 'rotate';
      readonly reason: RotationReason;
      /** When a rotation that is brought forward would have been due. @default - it is not brought forward */
      readonly dueAt?: Date;
    }
  /** Make a superseded key Active again, because it is about to be current again. */
  | { readonly do: 'reactivate'; readonly accessKeyId: string }
  | {
      /** Make a stored, still active key current again. */
      readonly do: 'promote';
      readonly accessKeyId: string;
      readonly versionId: string;
      readonly from: string;
      /** @default - the current one is dead, and there is no room for a new one */
      readonly reason?: 'rolled-back';
    }
  | {
      readonly do: 'deactivate';
      readonly accessKeyId: string;
      readonly reason: 'idle' | 'hold-limit' | 'replace-idle';
    }
  | {
      readonly do: 'deactivate';
      readonly accessKeyId: string;
      readonly reason: 'compromised';
      /** Since when it is said to have leaked. */
      readonly since: Date;
    }
  | {
      /** The current key, for good: roles have taken over. */
      readonly do: 'deactivate';
      readonly accessKeyId: string;
      readonly reason: 'replaced';
      /** Their ARNs. */
      readonly roles: readonly string[];
      /** All of them were used then or later. */
      readonly rolesUsed: Date;
    }
  | { readonly do: 'record-hold'; readonly accessKeyId: string }
  | { readonly do: 'record-reactivation'; readonly accessKeyId: string }
  | { readonly do: 'record-inactive'; readonly accessKeyId: string }
  /** Write to the own secret what a retained one says of users and older keys. */
  | { readonly do: 'record-take-over'; readonly from: string; readonly tags: Readonly<Record<string, string>> }
  /** Remember the users whose keys are still followed. */
  | { readonly do: 'record-former-users'; readonly users: readonly FormerUser[] }
  /** Remove the record of a key that is gone. */
  | { readonly do: 'clear-record' }
  | { readonly do: 'delete'; readonly accessKeyId: string; readonly inactiveSince: Date }
  | Delivery
  | Check
  /** Record that a target does not hold the key any more, and is left so. */
  | { readonly do: 'record-drift'; readonly accessKeyId: string }
  | { readonly do: 'remove-label'; readonly label: string; readonly versionId: string };

/** Bring a version to every target, and mark it. */
export interface Delivery {
  readonly do: 'deliver';
  readonly versionId: string;
  readonly accessKeyId: string;
  readonly createdAt: Date;
  readonly digest: string;
  /** The version that holds this target set's mark; the mark is moved only if it still does. */
  readonly markedBefore: string | undefined;
  /** No delivery of another version can come after this one: it may be marked. Otherwise a later run delivers again. */
  readonly conclusive: boolean;
  /** So young, or made Active again so lately, that perhaps not every endpoint of AWS knows its key; and not delivered since. */
  readonly fresh: boolean;
  /** It was delivered before, and became current again or was lost there: its time counts anew. */
  readonly returned: boolean;
  /** Every target holds it, and a person merely wants it written once more: its time goes on. */
  readonly again: boolean;
}

/** What is done about drift: what the configuration says, or nothing where somebody has asked only to compare. */
export type AboutDrift = DriftSetting | 'verify';

/** Look whether every target still holds a version that was delivered to it. */
export interface Check {
  readonly do: 'check';
  readonly versionId: string;
  readonly accessKeyId: string;
  readonly digest: string;
  /** When somebody looked last; undefined when nobody has since the delivery. */
  readonly checkedAt: Date | undefined;
  /** What the hosts showed of the targets then. */
  readonly known: ReadonlySet<string> | undefined;
  /** Somebody has seen drift already, and it is recorded. */
  readonly isKnownToDrift: boolean;
  readonly drift: AboutDrift;
}

/** The steps of some kinds. */
export type StepNamed<Name extends Step['do']> = Extract<Step, { readonly do: Name }>;

/** What a planner returns. */
export interface Plan<Each extends Step = Step, Finding extends Found = Found> {
  readonly steps: readonly Each[];
  readonly findings: readonly Finding[];
}
