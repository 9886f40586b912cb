import { describe, expect, it } from 'vitest';
import { described } from '../../../functions/core/findings/described';
import { pauseFinding } from '../../../functions/core/lifecycle/paused';
import { TAG } from '../../../functions/core/names';
import { day, entryOf, secretOf } from '../web-shop';

function told(value: string) {
  const finding = pauseFinding(entryOf(), secretOf([], { [TAG.paused]: value }), day(90));
  return finding && described(finding);
}

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
