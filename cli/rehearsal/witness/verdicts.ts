import { PROMISES, type PromiseName } from './promise-names';

/** A promise that did not hold. */
export interface Violation {
  readonly promise: PromiseName;
  readonly at: number;
  readonly key: string | undefined;
  readonly message: string;
}

/** What is allowed, and counted. */
export interface Allowances {
  /** Looks at a place while a delivery had written one half of a pair. */
  tornReads: number;
  /** Longest time that a pair was torn by a delivery that was cut short, in milliseconds. */
  longestTorn: number;
  /** Deliveries that were cut short between the two halves. */
  tornPairs: number;
  /** Logins that failed because a person had killed the key, before it was repaired. */
  byHand: number;
  /** Decisions of a run that a person overtook. */
  races: number;
  /** Looks at dead current keys that a key made by hand in the same seconds hid from the credential report. */
  lookalikes: number;
  /** Deactivations and deletions that came early because a person had written another date into a tag. */
  forgedDates: number;
  /** Looks at places that a person's mark called delivered although they were not. */
  forgedMarks: number;
  /** Looks at places whose variables a person had changed at the host, before the next delivery. */
  hostEdits: number;
  /** Looks and logins with a key that had leaked and was made Inactive for that, as was asked for. */
  leaked: number;
  /** Keys that were made, stored or promoted while the record could not be reached. */
  unannounced: number;
}

export function noAllowances(): Allowances {
  return {
    tornReads: 0,
    longestTorn: 0,
    tornPairs: 0,
    byHand: 0,
    races: 0,
    lookalikes: 0,
    forgedDates: 0,
    forgedMarks: 0,
    hostEdits: 0,
    leaked: 0,
    unannounced: 0,
  };
}

/** What the judges found in one history, and how often they looked. */
export class Verdicts {
  readonly violations: Violation[] = [];
  readonly checks = new Map<PromiseName, number>(PROMISES.map((promise) => [promise, 0]));
  readonly allowed: Allowances = noAllowances();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  now(): number {
    return this.#now();
  }

  broken(promise: PromiseName, key: string | undefined, message: string): void {
    this.violations.push({ promise, at: this.now(), key, message });
  }

  counted(promise: PromiseName): void {
    this.checks.set(promise, (this.checks.get(promise) ?? 0) + 1);
  }
}
