import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../functions/core/duration';
import { intentTag, isOrphan, openIntent, orphanCandidates } from '../../functions/core/intent';
import { TAG } from '../../functions/core/names';
import { day, idOf, keyOf, secretOf } from './web-shop';

const intent = { at: day(90), run: '6b1f3c0e-3f0e-4a57-9a43-1f3c0e3f0e4a', before: [idOf('old')] };
const readTag = (value: string) => openIntent(secretOf([], { [TAG.intent]: value }));

describe('the tag of a rotation that began', () => {
  it.each([[[]], [[idOf('old')]], [[idOf('old'), idOf('other')]]])(
    'reads as it was written, with %j before',
    (before) => {
      expect(readTag(intentTag({ ...intent, before }))).toEqual({ ...intent, before });
    },
  );

  it('is absent after the rotation', () => {
    expect(openIntent(secretOf([]))).toBeUndefined();
  });

  it('fits the 256 characters of a tag, in the characters that tags allow', () => {
    const longest = intentTag({ ...intent, run: 'r'.repeat(64), before: ['A'.repeat(36), 'B'.repeat(36)] });
    expect(longest.length).toBeLessThanOrEqual(256);
    expect(longest).toMatch(/^[\w .:/=+@-]*$/);
  });

  it.each(['', 'soon', '2026-04-01T03:00:00Z', 'never run', `${intent.run} 2026-04-01T03:00:00Z`])(
    'of %j is unreadable, which is not the same as absent',
    (value) => {
      expect(readTag(value)).toBe('unreadable');
    },
  );
});

describe('a key that a crashed run may have left behind', () => {
  it.each<[string, Date, boolean]>([
    ['at the intent', day(90), true],
    ['just before it, by a clock that is behind', day(90, -5 * MINUTE), true],
    ['long before it', day(90, -5 * MINUTE - SECOND), false],
    ['within the time that a run may live', day(90, 15 * MINUTE), true],
    ['after that', day(90, 15 * MINUTE + SECOND), false],
  ])('was created %s', (_when, createdAt, expected) => {
    expect(orphanCandidates(intent, [keyOf('new', createdAt)])).toHaveLength(expected ? 1 : 0);
  });

  it('was not there before', () => {
    expect(orphanCandidates(intent, [keyOf('old', day(90))])).toEqual([]);
  });

  const key = keyOf('new', day(90));
  it.each<[string, Parameters<typeof isOrphan>[1], boolean]>([
    ['whose last use is not known', undefined, false],
    ['that was never used', { at: undefined }, true],
    ['that its own run proved', { at: day(90, 8 * SECOND), service: 'sts', region: 'us-east-1' }, true],
    ['that its own run proved by a clock that is ahead', { at: day(90, 20 * MINUTE), service: 'sts' }, true],
    ['that STS saw when its run was over', { at: day(90, 20 * MINUTE + 1), service: 'sts' }, false],
    ['that used another service', { at: day(90, 8 * SECOND), service: 's3' }, false],
    ['that used a service nobody named', { at: day(90, 8 * SECOND) }, false],
  ])('K5: %s is told from one that somebody uses', (_what, used, expected) => {
    expect(isOrphan(key, used)).toBe(expected);
  });
});
