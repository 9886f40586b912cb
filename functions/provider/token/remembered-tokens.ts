import type { TokenUse, UsedTokens } from '../../account/ports';
import { freshnessOf, MOST_USES } from '../../core/token-uses';

/** Only what an issuer has signed is remembered, so that nobody else fills it. */
const MOST = 200_000;

interface Remembered {
  readonly endsAt: number;
  /** When it was used, for each use but those that nothing was decided by. */
  readonly uses: Map<symbol, number>;
}

const NOTHING_TO_TAKE_BACK = () => Promise.resolve();

/** The UsedTokens port in memory: only this process knows. */
export class RememberedTokens implements UsedTokens {
  readonly #tokens = new Map<string, Remembered>();

  constructor(private readonly most = MOST) {}

  use(digest: string, endsAt: number, now: number): Promise<TokenUse> {
    return Promise.resolve(this.#use(digest, endsAt, now));
  }

  #use(digest: string, endsAt: number, now: number): TokenUse {
    const token = this.#tokens.get(digest) ?? this.#add(digest, endsAt, now);
    if (token === undefined) return { verdict: 'full', undecided: NOTHING_TO_TAKE_BACK };
    if (token.uses.size >= MOST_USES) return { verdict: 'too-often', undecided: NOTHING_TO_TAKE_BACK };
    const own = Symbol();
    token.uses.set(own, now);
    const undecided = () => {
      token.uses.delete(own);
      if (token.uses.size === 0 && this.#tokens.get(digest) === token) this.#tokens.delete(digest);
      return Promise.resolve();
    };
    return { verdict: freshnessOf(token.uses.values(), now), undecided };
  }

  #add(digest: string, endsAt: number, now: number): Remembered | undefined {
    if (this.#tokens.size >= this.most) this.#forgetEnded(now);
    if (this.#tokens.size >= this.most) return undefined;
    const token = { endsAt, uses: new Map<symbol, number>() };
    this.#tokens.set(digest, token);
    return token;
  }

  #forgetEnded(now: number): void {
    for (const [digest, { endsAt }] of this.#tokens) if (endsAt <= now) this.#tokens.delete(digest);
  }
}
