import type { AwsCall, CallOutcome } from '../../local/account/wire/server';

/** So many calls of each operation, such as `iam:ListAccessKeys`. */
export type CallsByOperation = Readonly<Record<string, number>>;

/** What arrived at an account. */
export interface Calls {
  /** Calls that were not refused for being over a quota. */
  readonly total: number;
  /** Calls that were, and that the SDK has repeated. */
  readonly throttled: number;
  /** Without those that were over a quota. */
  readonly byOperation: CallsByOperation;
}

/** Counts the calls that arrive at an account. */
export class CallTally {
  #byOperation = new Map<string, number>();
  #throttled = 0;
  #first = new Map<string, number>();
  #firstBefore: ReadonlyMap<string, number> = new Map();

  add({ service, action }: AwsCall, { fault }: CallOutcome): void {
    if (fault === 'error') {
      this.#throttled += 1;
      return;
    }
    const name = `${service}:${action}`;
    if (!this.#first.has(name)) this.#first.set(name, performance.now());
    this.#byOperation.set(name, (this.#byOperation.get(name) ?? 0) + 1);
  }

  /** When an operation came first, on the clock of `performance`, among the calls that were taken last. */
  firstOf(operation: string): number | undefined {
    return this.#firstBefore.get(operation);
  }

  /** What has arrived since it was taken last. */
  take(): Calls {
    const byOperation = Object.fromEntries([...this.#byOperation].sort(([a], [b]) => (a < b ? -1 : 1)));
    const throttled = this.#throttled;
    this.#byOperation = new Map();
    this.#throttled = 0;
    this.#firstBefore = this.#first;
    this.#first = new Map();
    return { total: Object.values(byOperation).reduce((sum, count) => sum + count, 0), throttled, byOperation };
  }
}
