import { describe, expect, it } from 'vitest';
import { SECOND } from '../../../functions/core/duration';
import { pauseOf } from '../../../functions/core/key/pause';
import { TAG } from '../../../functions/core/names';
import { day, secretOf } from '../web-shop';

const now = day(90);
const pause = (value: string) => pauseOf('web-shop-production', secretOf([], { [TAG.paused]: value }), now);

describe('a pause', () => {
  it('is off without a tag', () => {
    expect(pauseOf('web-shop-production', secretOf([]), now)).toBeUndefined();
  });

  it('says until when, by whom, why and how to end it', () => {
    const finding = pause(`${day(100).toISOString()} alice release of 3.0`);
    expect(finding).toMatchObject({ code: 'paused', key: 'web-shop-production', severity: 'notice' });
    expect(finding?.message).toContain(`until ${day(100).toISOString()} by alice (release of 3.0)`);
    expect(finding?.message).toContain('Remove the tag keyturn:paused of keyturn/web-shop-production');
  });

  it.each<[string, string, string | undefined]>([
    ['to the second before its end', day(90, SECOND).toISOString(), 'paused'],
    ['not at its end', day(90).toISOString(), undefined],
    ['not after its end', day(80).toISOString(), undefined],
    ['by a bare date', '2026-12-24', 'paused'],
  ])('holds %s', (_what, until, code) => {
    expect(pause(`${until} alice`)?.code).toBe(code);
  });

  it('by nobody holds all the same', () => {
    expect(pause(day(100).toISOString())?.message).toContain('by an unnamed person.');
  });

  it.each([
    [90, 'notice'],
    [90.01, 'attention'],
  ] as const)('of %d days is told with %s', (days, severity) => {
    expect(pause(`${day(90 + days).toISOString()} alice`)?.severity).toBe(severity);
  });

  it.each([
    ...['', ' ', 'true', 'alice', 'tomorrow alice', '2026 alice', '24.12.2026 alice', '2026-13-01 alice', '1e9 a'],
    ...['2026-12-2 alice', '+275760-09-13T00:00:00.000Z alice'],
  ])('fails closed: %j still pauses, and a person is told', (value) => {
    expect(pause(value)).toMatchObject({ code: 'invalid-pause', severity: 'attention' });
    expect(pause(value)?.message).toBe(
      'Key "web-shop-production" is paused without an end: the tag keyturn:paused of keyturn/web-shop-production holds ' +
        'something else than "<until, ISO time> <by> <why>". Nothing is changed until the tag is corrected or removed.',
    );
  });
});
