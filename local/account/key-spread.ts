/**
 * How a new access key becomes known at one region's endpoints: IAM is eventually consistent, and does not become so
 * everywhere at once, nor once and for all. All in ms of the key's age.
 */
export interface KeySpread {
  /** Until then the key is unknown. */
  readonly first: number;
  /** From then on it is known for good. */
  readonly steady: number;
  /** In between it is known and unknown in turns of so long, beginning with known. @default 3000 */
  readonly turn?: number;
}

/** Whether an endpoint knows a key of an age in ms. */
export function isKnown({ first, steady, turn = 3_000 }: KeySpread, age: number): boolean {
  if (age < first) return false;
  return age >= steady || Math.floor((age - first) / turn) % 2 === 0;
}
