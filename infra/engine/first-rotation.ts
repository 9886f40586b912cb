/** When a managed key is rotated for the first time. */
export class FirstRotation {
  /** Right after deployment. */
  static readonly AT_ONCE = new FirstRotation('at-once');
  /** When the existing key is `rotateAfter` old. */
  static readonly WHEN_DUE = new FirstRotation('when-due');

  /** The value of `firstRotation` in `keyturn.yaml`; a wrong one is reported at synthesis. */
  static of(value: string): FirstRotation {
    return new FirstRotation(value);
  }

  private constructor(readonly value: string) {}
}
