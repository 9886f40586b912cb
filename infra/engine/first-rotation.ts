/** When a managed key is rotated for the first time. */
export enum FirstRotation {
  /** Right after deployment. */
  AT_ONCE = 'at-once',
  /** When the existing key is `rotateAfter` old. */
  WHEN_DUE = 'when-due',
}
