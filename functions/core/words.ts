/** What is said of one thing in a configuration. */
export interface Words {
  /** What was expected, and what was found. */
  readonly message: string;
  /** What to do. */
  readonly cure: string;
}

/** Both as one sentence. */
export function joined({ message, cure }: Words): string {
  return `${message}; ${cure}`;
}

/** What people write in place of the values of one setting, and what they meant. */
export interface UsualMistakes {
  /** Its name; of a list, the list's. */
  readonly setting: string;
  /** What it takes. */
  readonly expected: string;
  /** What a refused value looks like, the first that fits, and what is found there then and what to do. */
  readonly forms: readonly (readonly [
    form: RegExp,
    says: (match: readonly string[]) => readonly [found: string, cure: string],
  ])[];
}
