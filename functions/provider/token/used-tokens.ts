/** Milliseconds for which a step may ask again with its token: the first answer may have been lost on the way. */
const REPEATED_WITHIN = 30_000;
/** Requests with one token that are decided, so that one token makes no flood of readings and events. */
const MOST_REQUESTS = 20;
/** Only what an issuer has signed is remembered, so that nobody else fills it. */
const MOST = 200_000;

interface Use {
  readonly firstAt: number;
  readonly endsAt: number;
  requests: number;
  /** Requests with it that are being decided. */
  open: number;
  /** Whether something was decided by it. */
  decided: boolean;
}

/** Remembers in memory which tokens were used, until they end by themselves. */
export class UsedTokens {
  readonly #uses = new Map<string, Use>();

  constructor(private readonly most = MOST) {}

  /**
   * What is not `too-often` or `full` is to be decided, and said to be so or not.
   *
   * @returns whether a token may be used now; `full` where nobody could be told later that it was
   */
  use(digest: string, endsAt: number, now: number): 'fresh' | 'used' | 'too-often' | 'full' {
    const before = this.#uses.get(digest);
    if (before !== undefined) {
      if (before.requests >= MOST_REQUESTS) return 'too-often';
      before.requests += 1;
      before.open += 1;
      // A clock that was set back makes nothing new.
      return Math.abs(now - before.firstAt) <= REPEATED_WITHIN ? 'fresh' : 'used';
    }
    if (this.#uses.size >= this.most) this.#forgetEnded(now);
    if (this.#uses.size >= this.most) return 'full';
    this.#uses.set(digest, { firstAt: now, endsAt, requests: 1, open: 1, decided: false });
    return 'fresh';
  }

  /** Something was decided by a token. */
  decided(digest: string): void {
    const use = this.#uses.get(digest);
    if (use === undefined) return;
    use.open -= 1;
    use.decided = true;
  }

  /** Nothing was decided, because nobody could: it may be used later, unless another request has more luck. */
  undecided(digest: string): void {
    const use = this.#uses.get(digest);
    if (use === undefined) return;
    use.open -= 1;
    if (use.open === 0 && !use.decided) this.#uses.delete(digest);
  }

  #forgetEnded(now: number): void {
    for (const [digest, { endsAt }] of this.#uses) if (endsAt <= now) this.#uses.delete(digest);
  }
}
