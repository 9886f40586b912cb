/** When each step of a key's life happens, in whole days. What is left out comes from the rotation, or is the default. */
export interface RotationPolicy {
  /** Age at which a fresh key is made. @default 90 */
  readonly rotateAfter?: number;
  /** Age at which the superseded key is made Inactive. @default 100 */
  readonly deactivateAfter?: number;
  /** Age at which it is deleted. @default 110 */
  readonly deleteAfter?: number;
  /** A key that was used within this time is in use, and its deactivation is held. @default 2 */
  readonly idleFor?: number;
  /** For how long a due deactivation may be held. @default 10, or less where the other days leave less room */
  readonly holdLimit?: number;
}
