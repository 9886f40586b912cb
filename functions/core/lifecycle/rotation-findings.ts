import type { UserChanged } from './former-users';
import type { FoundOfAccessKey, FoundOfKey } from './found';
import type { StillActive } from './leaked';
import type { NoRoom, TakingOver, WaitsForWithdrawn } from './no-room';
import type { PauseFinding } from './paused';
import type { NotRolledBack } from './rollback';

/** A rotation began and has stored nothing: a run may be at work, or has died. */
export type RotationInProgress = FoundOfKey<
  'rotation-in-progress',
  | { readonly is: 'edited'; readonly user: string; readonly secret: string }
  | { readonly is: 'at-work'; readonly run: string; readonly began: Date }
  | {
      readonly is: 'untraced';
      readonly run: string;
      readonly began: Date;
      /** Keys that may have been left behind. */
      readonly left: readonly string[];
      /** Pipelines wait for a repair that this holds up. */
      readonly holdsUpRepair: boolean;
    }
>;
/** A key that a dead run made and nobody ever held. */
export type OrphanDiscarded = FoundOfAccessKey<'orphan-discarded', { readonly run: string }>;
/** A key that somebody made by hand (K5). */
export type ForeignKey = FoundOfAccessKey<'foreign-key', { readonly user: string; readonly createdAt: Date }>;
/** The current key does not work any more: pipelines wait for a repair. */
export type Broken =
  | FoundOfKey<'current-key-missing', { readonly waits: 'pipelines'; readonly current: string | undefined }>
  | FoundOfKey<'current-key-inactive', { readonly waits: 'pipelines'; readonly current: string | undefined }>;
/** The current version is one that a person put there. */
export type Edited = FoundOfKey<'secret-edited', { readonly seenBy: 'rotation'; readonly secret: string }>;
/** A delivery may be under way that a further rotation must not overtake. */
export type Settling = FoundOfKey<'settling', { readonly since: Date }>;
/** The current key is not at every target, so its successor has to wait. */
export type NotYetDelivered = FoundOfAccessKey<'undelivered', { readonly waits: 'rotation' }>;
/** Nothing came of a rotation that a person asked for. */
export type RotationLapsed = FoundOfKey<'request-refused', { readonly is: 'lapsed'; readonly askedAt: Date }>;
/** Everything that the planner of rotations can find. */
export type RotationFinding =
  | PauseFinding
  | RotationInProgress
  | OrphanDiscarded
  | ForeignKey
  | Broken
  | Edited
  | UserChanged
  | Settling
  | NotYetDelivered
  | RotationLapsed
  | NotRolledBack
  | StillActive
  | NoRoom
  | TakingOver
  | WaitsForWithdrawn;
