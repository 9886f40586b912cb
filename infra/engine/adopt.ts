/** What to do with a user that has two keys already, where there is no room for a fresh one. */
export class Adopt {
  /** Keep both, change nothing and report `two-keys`. */
  static readonly KEEP = new Adopt('keep');
  /** Make room by retiring, in the ordinary way, a key that nobody has used for `deactivateAfter`. */
  static readonly REPLACE_IDLE = new Adopt('replace-idle');

  /** The value of `adopt` in `keyturn.yaml`; a wrong one is reported at synthesis. */
  static of(value: string): Adopt {
    return new Adopt(value);
  }

  private constructor(readonly value: string) {}
}
