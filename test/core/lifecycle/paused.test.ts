import { describe, expect, it } from 'vitest';
import { described } from '../../../functions/core/findings/described';
import { pauseFinding } from '../../../functions/core/lifecycle/paused';
import { TAG } from '../../../functions/core/names';
import { day, entryOf, secretOf } from '../web-shop';

function told(value: string) {
  const finding = pauseFinding(entryOf(), secretOf([], { [TAG.paused]: value }), day(90));
  return finding && described(finding);
}

describe('what a planner finds of a pause', () => {
  const long = `${day(181).toISOString()} alice release`;
  it.each([
    ['paused', long, { until: day(181), by: 'alice', why: 'release', long: true }],
    ['invalid-pause', 'forever', {}],
  ])('is %s, with the secret that it stands on', (code, tag, facts) => {
    const secret = secretOf([], { [TAG.paused]: tag });
    const found = { code, key: 'web-shop-production' };
    expect(pauseFinding(entryOf(), secret, day(90))).toEqual({ ...found, facts: { ...facts, secret: secret.name } });
    const takesOver = { secret: 'keyturn/before', pauses: true, isRecorded: true };
    expect(pauseFinding(entryOf(), { ...secret, takesOver }, day(90))).toEqual({
      ...found,
      facts: { ...facts, secret: 'keyturn/before' },
    });
    const own = { ...takesOver, pauses: false };
    expect(pauseFinding(entryOf(), { ...secret, takesOver: own }, day(90))?.facts.secret).toBe(secret.name);
  });
});

describe('what people are told of a pause', () => {
  it('is nothing when it is over', () => {
    expect(told(`${day(90).toISOString()} alice`)).toBeUndefined();
  });

  it('says until when, by whom, why and how to end it', () => {
    expect(told(`${day(100).toISOString()} alice release of 3.0`)).toMatchObject({
      code: 'paused',
      key: 'web-shop-production',
      severity: 'notice',
      outcome: 'held',
      message:
        `Key "web-shop-production" is paused until ${day(100).toISOString()} by alice (release of 3.0). Remove the tag ` +
        'keyturn:paused of keyturn/web-shop-production to go on sooner.',
    });
  });

  it('that nobody signed says so', () => {
    expect(told(day(100).toISOString())?.message).toContain('by an unnamed person. Remove');
  });

  it('of more than 90 days is for people', () => {
    expect(told(`${day(180).toISOString()} alice`)?.severity).toBe('notice');
    expect(told(`${day(181).toISOString()} alice`)?.severity).toBe('attention');
  });

  it('that cannot be read is for people, and what to do (K14)', () => {
    expect(told('until further notice')).toMatchObject({
      code: 'invalid-pause',
      key: 'web-shop-production',
      severity: 'attention',
      outcome: 'blocked',
      message: expect.stringMatching(
        /^Key "web-shop-production" is paused without an end: .* has to begin with a date such as/,
      ),
    });
  });
});
