import { describe, expect, it } from 'vitest';
import { AUDIT_SCHEMA, type AuditEvent, attemptOf, eventId } from '../../../functions/core/audit';
import { KeptAttempt, type Proved } from '../../../functions/core/seal/kept-attempt';

const NAME = attemptOf({ run: 'run' }, new Date('2026-01-01T00:00:00Z'));

function proved(sequence: number, digest = `digest-${sequence}`): Proved {
  const event: AuditEvent = {
    schema: AUDIT_SCHEMA,
    id: eventId(NAME, sequence),
    sequence,
    event: 'secrets-given',
    time: '2026-01-01T00:00:00.000Z',
    account: '111122223333',
    region: 'eu-west-1',
    run: 'run',
    function: 'endpoint',
    functionVersion: 'test',
    outcome: 'ok',
  };
  const seal = { publicKey: 'k', certificate: { key: 'arn', signature: 's' }, signature: 's' };
  const previous = sequence === 1 ? {} : { previous: `digest-${sequence - 1}` };
  return { event: { ...event, seal: { ...seal, ...previous } }, attempt: NAME, digest, place: event.time };
}

/** Events added in this order, of which it forgets what it can after each. */
function followed(...sequences: readonly number[]): KeptAttempt {
  const attempt = new KeptAttempt(NAME, proved(1));
  for (const sequence of sequences) {
    attempt.add(proved(sequence));
    attempt.forget();
  }
  return attempt;
}
const upTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1);

describe('an attempt that forgets', () => {
  it('keeps few digests, however many events there are', () => {
    const attempt = followed(...upTo(1_000));
    expect(upTo(1_000).filter((sequence) => attempt.digestOf(sequence) !== undefined).length).toBeLessThan(30);
    expect([attempt.missing(true), attempt.problems]).toEqual([[], []]);
  });

  it.each([2, 500, 989, 998])('misses event %i all the same, and no other', (gone) => {
    const attempt = followed(...upTo(1_000).filter((sequence) => sequence !== gone));
    expect(attempt.missing(true).map(({ at }) => at)).toEqual([eventId(NAME, gone)]);
  });

  it('misses its head where it has to be there', () => {
    const attempt = followed(...upTo(1_000).slice(10));
    expect(attempt.missing(false)).toEqual([]);
    expect(attempt.missing(true).map(({ at }) => at)).toEqual([`${eventId(NAME, 1)} to 10`]);
  });

  it('takes what comes a little out of order, and what comes again beside the first one', () => {
    const attempt = followed(1, 3, 2, 5, 4, ...upTo(100).slice(5));
    expect([attempt.missing(true), attempt.problems]).toEqual([[], []]);
    expect(attempt.add(proved(100))).toBe('repeated');
    expect(attempt.add(proved(100, 'another'))).toBe('conflicting');
  });

  it('takes for another one what comes again after it was forgotten', () => {
    expect(followed(...upTo(100)).add(proved(50))).toBe('conflicting');
  });
});
