import { describe, expect, it } from 'vitest';
import { Opening } from '../../functions/provider/opening';
import { patienceWithin } from '../../functions/provider/provide';

describe('a function of 25 seconds', () => {
  it.each([
    ['eight seconds at first', 25_000, 8_000],
    ['until two seconds before its end after that', 6_000, 4_000],
    ['not at all then', 2_000, 0],
    ['nor later', 100, 0],
  ])('waits for a work %s', (_name, remaining, patience) => {
    expect(patienceWithin(remaining)).toBe(patience);
  });

  it('has answered before its end, although each work and the reading of the keys takes as long as it may', () => {
    const [opening, deciding, takingBack] = [0, 0, 0].reduce<readonly number[]>((ends) => {
      const begun = ends.length === 1 ? (ends[0] ?? 0) + 3_000 : (ends.at(-1) ?? 0);
      return [...ends, begun + patienceWithin(25_000 - begun)];
    }, []);
    expect([opening, deciding, takingBack]).toEqual([8_000, 19_000, 23_000]);
  });
});

describe('what a container keeps', () => {
  const scene = () => {
    const world = { now: 1_800_000_000_000, tried: 0, fails: true };
    const opening = new Opening({ now: () => new Date(world.now) });
    const open = () =>
      opening.get(async () => {
        world.tried += 1;
        if (world.fails) throw new Error('down');
        return 'open';
      });
    return { world, open };
  };

  it('is opened once, however many ask at once', async () => {
    const { world, open } = scene();
    world.fails = false;
    expect(await Promise.all([open(), open()])).toEqual(['open', 'open']);
    expect([await open(), world.tried]).toEqual(['open', 1]);
  });

  it('is tried ever more seldom while it cannot be opened, and once a minute at least', async () => {
    const { world, open } = scene();
    for (let second = 0; second < 300; second++) {
      await expect(open()).rejects.toThrow('down');
      world.now += 1_000;
    }
    // After 0, 2, 6, 14, 30, 62, 122, 182 and 242 seconds.
    expect(world.tried).toBe(9);
    world.fails = false;
    world.now += 60_000;
    expect(await open()).toBe('open');
  });

  it('is tried at once where the clock was set back', async () => {
    const { world, open } = scene();
    await expect(open()).rejects.toThrow('down');
    world.now -= 3_600_000;
    world.fails = false;
    expect(await open()).toBe('open');
  });
});
