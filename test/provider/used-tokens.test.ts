import { describe, expect, it } from 'vitest';
import type { UsedTokens } from '../../functions/account/ports';
import { RememberedTokens } from '../../functions/provider/token/remembered-tokens';

/** What holds wherever uses are remembered. */
function usedTokensContract(create: () => UsedTokens): void {
  let tokens = 0;
  const fresh = () => {
    tokens += 1;
    const digest = `digest-${tokens}`;
    const used = create();
    return (now: number) => used.use(digest, 1_000_000, now);
  };
  const verdict = async (using: ReturnType<UsedTokens['use']>) => (await using).verdict;

  it('are fresh for thirty seconds from their first use, and used for ever after', async () => {
    const use = fresh();
    expect(await verdict(use(0))).toBe('fresh');
    expect(await verdict(use(30_000))).toBe('fresh');
    expect(await verdict(use(30_001))).toBe('used');
    expect(await verdict(use(2_000_000))).toBe('used');
  });

  it('are not fresh for longer because somebody asks again and again', async () => {
    const use = fresh();
    for (const now of [0, 20_000, 30_000]) await use(now);
    expect(await verdict(use(40_000))).toBe('used');
  });

  it('are used although another request with the same one had no luck, before or after', async () => {
    for (const unlucky of [0, 1]) {
      const use = fresh();
      const both = [await use(0), await use(1)];
      await both[unlucky]?.undecided();
      expect(await verdict(use(31_000))).toBe('used');
    }
  });

  it('may be used again where none of several requests had any luck', async () => {
    const use = fresh();
    const both = [await use(0), await use(1)];
    await Promise.all(both.map((one) => one.undecided()));
    expect(await verdict(use(31_000))).toBe('fresh');
    expect(await verdict(use(61_000))).toBe('fresh');
    expect(await verdict(use(61_001))).toBe('used');
  });

  it('are not freed by saying twice that a request had no luck', async () => {
    const use = fresh();
    await use(0);
    const unlucky = await use(1);
    await unlucky.undecided();
    await unlucky.undecided();
    expect(await verdict(use(31_000))).toBe('used');
  });

  it('are not new because the clock was set back', async () => {
    const use = fresh();
    await use(600_000);
    expect(await verdict(use(0))).toBe('used');
  });

  it('are decided twenty times at most, however many ask at once', async () => {
    const use = fresh();
    const verdicts = await Promise.all(Array.from({ length: 50 }, (_, at) => verdict(use(at))));
    expect(verdicts.filter((one) => one === 'fresh')).toHaveLength(20);
    expect(verdicts.filter((one) => one === 'too-often')).toHaveLength(30);
    expect(await verdict(use(40_000))).toBe('too-often');
  });
}

describe('used tokens in memory', () => {
  usedTokensContract(() => new RememberedTokens());

  it('are not forgotten for the sake of others, and forgotten when they have ended', async () => {
    const used = new RememberedTokens(2);
    const verdict = async (digest: string, endsAt: number, now: number) =>
      (await used.use(digest, endsAt, now)).verdict;
    expect(await verdict('a', 100_000, 0)).toBe('fresh');
    expect(await verdict('b', 200_000, 0)).toBe('fresh');
    expect(await verdict('c', 200_000, 99_999)).toBe('full');
    expect(await verdict('a', 100_000, 99_999)).toBe('used');
    expect(await verdict('c', 200_000, 100_000)).toBe('fresh');
  });
});
