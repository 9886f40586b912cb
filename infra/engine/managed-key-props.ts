import type { KeyWithConnections } from '../../functions/core/config/check-key';
import type { DeliveryTarget } from '../targets/delivery-target';
import type { Adopt } from './adopt';
import type { FirstRotation } from './first-rotation';
import type { IKeyRotation } from './key-engine';
import type { Mode } from './mode';
import type { ReplacingRoles } from './replacing-roles';
import type { RotationPolicy } from './rotation-policy';

/** What there is to say about one managed key. */
export interface ManagedKeyOptions {
  /** Name of the IAM user whose access key is rotated. A user has one managed key. */
  readonly user: string;
  /** Whether the stack creates the user, without a password and without rights. Otherwise it must exist. @default false */
  readonly createUser?: boolean;
  /**
   * `create`: the stack makes the secret `keyturn/<id>`. `existing`: it takes the one that is there, such as that of a key
   * that was taken out or of a stack that was deleted, with its versions, labels and tags; the secret's own settings are
   * left as they are.
   *
   * @default create
   */
  readonly secret?: string;
  /** Where each fresh key is delivered. @default - nowhere; readers take it from the secret */
  readonly deliverTo?: DeliveryTarget[];
  /** What differs from the rotation's policy. @default - nothing */
  readonly policy?: RotationPolicy;
  /** Whether Keyturn acts on this key, or only tells what it would do. @default - the rotation's mode */
  readonly mode?: Mode;
  /** When the key is rotated for the first time. @default FirstRotation.AT_ONCE */
  readonly firstRotation?: FirstRotation;
  /** What to do with a user that has two keys already. @default Adopt.KEEP */
  readonly adopt?: Adopt;
  /** Roles that take over: once they are used and the key is idle, the key goes for good. @default - none */
  readonly replacedBy?: ReplacingRoles;
  /** ARNs of IAM roles that may read the secret beside the functions. @default - nobody else reads it */
  readonly readers?: string[];
}

export interface ManagedKeyProps extends ManagedKeyOptions {
  /** The engine that rotates the key. */
  readonly rotation: IKeyRotation;
  /** The key where it was checked already, as part of a whole configuration. @internal */
  readonly _checked?: KeyWithConnections;
}
