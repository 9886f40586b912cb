import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../../functions/core/duration';
import { intentTag, openIntent, orphanCandidates } from '../../../functions/core/key/intent';
import { TAG } from '../../../functions/core/names';
import { day, idOf, keyOf, secretOf } from '../web-shop';

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
});
