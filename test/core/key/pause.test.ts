import { describe, expect, it } from 'vitest';
import { SECOND } from '../../../functions/core/duration';
import { pauseOf } from '../../../functions/core/key/pause';
import { TAG } from '../../../functions/core/names';
import { day, secretOf } from '../web-shop';

const now = day(90);
const pause = (value: string) => pauseOf(secretOf([], { [TAG.paused]: value }), now);

describe('a pause', () => {
  it('is off without a tag', () => {
    expect(pauseOf(secretOf([]), now)).toBeUndefined();
  });

  it('says until when, by whom and why', () => {
    const until = day(100);
    expect(pause(`${until.toISOString()} alice release of 3.0`)).toEqual({
      until,
      by: 'alice',
      why: 'release of 3.0',
      long: false,
    });
  });

  it.each<[string, string, Date | undefined]>([
    ['to the second before its end', day(90, SECOND).toISOString(), day(90, SECOND)],
    ['not at its end', day(90).toISOString(), undefined],
    ['not after its end', day(80).toISOString(), undefined],
    ['by a bare date', '2026-12-24', new Date('2026-12-24')],
  ])('holds %s', (_what, until, end) => {
    expect(pause(`${until} alice`)).toEqual(end && { until: end, by: 'alice', long: end > day(180) });
  });

  it.each(['', ' ', ' '.repeat(2)])('by nobody holds all the same (%j)', (nobody) => {
    expect(pause(`${day(100).toISOString()}${nobody}`)).toMatchObject({ until: day(100), by: undefined });
  });

  it.each([
    [90, false],
    [90.01, true],
  ] as const)('of %d days is long: %s', (days, long) => {
    expect(pause(`${day(90 + days).toISOString()} alice`)).toMatchObject({ long });
  });

  it.each([
    ...['', ' ', 'true', 'alice', 'tomorrow alice', '2026 alice', '24.12.2026 alice', '2026-13-01 alice', '1e9 a'],
    ...['2026-12-2 alice', '+275760-09-13T00:00:00.000Z alice'],
  ])('fails closed: %j still pauses (K14)', (value) => {
    expect(pause(value)).toBe('unreadable');
  });
});
