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

  it.each([
    ['2026-12-24 18:00:00Z', '2026-12-24T18:00:00Z'],
    ['2026-12-24T18:00+02:00', '2026-12-24T16:00:00Z'],
    ['2026-12-24 18:00:00 +0200', '2026-12-24T16:00:00Z'],
    [' 20261224T180000Z', '2026-12-24T18:00:00Z'],
    ['2026-12-24 18:00:00.250 -02 ', '2026-12-24T20:00:00.250Z'],
  ])('until %s ends at %s, and the rest is who and why (K14)', (until, end) => {
    expect(pause(`${until} ops freeze of 3.0 at 12 hosts`)).toEqual({
      until: new Date(end),
      by: 'ops',
      why: 'freeze of 3.0 at 12 hosts',
      long: true,
    });
  });

  it('until a date may have any reason that is no hour', () => {
    expect(pause('2026-12-24 ops7 3 hosts, release 2.10, ticket 4711')).toMatchObject({ by: 'ops7' });
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
    ...['2026-12-2 alice', '+275760-09-13T00:00:00.000Z alice', '2027-02-31 alice freeze', '2026-12-24T25:00Z alice'],
    ...['2026-12-24T18:00 alice', '2026-12-24 18:00 alice', '2026-12-24 1800 alice', '2026-12-24 18:00 UTC alice'],
    ...['2026-12-24 6pm alice', '2026-12-24 at 18 alice', '2026-12-24 alice freeze until 18:00', '2026-12-24 +02:00 a'],
    ...[
      '2026-W52 alice',
      '2026-358 alice',
      '2026-12-24/2027-01-02 alice',
      '2026-12-24, alice',
      '2026-12-24 alice till noon',
    ],
  ])('fails closed: %j still pauses (K14)', (value) => {
    expect(pause(value)).toBe('unreadable');
  });
});
