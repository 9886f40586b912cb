import { describe, expect, it } from 'vitest';
import { currentVersion, storedVersions, tagWithTime } from '../../functions/core/secret-state';
import { day, handMade, keyOf, secretOf, versionOf } from './web-shop';

const older = keyOf('older', day(1));
const newer = keyOf('newer', day(91));

describe('the state of a secret', () => {
  it('names no current version while the secret is empty', () => {
    expect(currentVersion(secretOf([]))).toBeUndefined();
    expect(storedVersions(secretOf([]))).toEqual([]);
  });

  it('lists the stored keys oldest first, and no version that a person made', () => {
    const secret = secretOf([
      versionOf(newer, 'AWSCURRENT'),
      { versionId: handMade, labels: ['AWSPENDING'] },
      versionOf(older, 'AWSPREVIOUS'),
    ]);
    expect(storedVersions(secret).map(({ accessKeyId }) => accessKeyId)).toEqual([
      older.accessKeyId,
      newer.accessKeyId,
    ]);
    expect(currentVersion(secret)?.versionId).toBe(versionOf(newer).versionId);
  });
});

describe('a tag with a time', () => {
  it('reads as its word and its instant', () => {
    expect(tagWithTime('AKIAIOSFODNN7EXAMPLE 2026-11-20T03:00:07.000Z')).toEqual({
      word: 'AKIAIOSFODNN7EXAMPLE',
      at: new Date('2026-11-20T03:00:07Z'),
    });
  });

  it.each([
    [undefined],
    [''],
    ['AKIAIOSFODNN7EXAMPLE'],
    ['AKIAIOSFODNN7EXAMPLE yesterday'],
    [' 2026-11-20T03:00:07Z'],
    ['AKIAIOSFODNN7EXAMPLE 2026-11-20T03:00:07Z by hand'],
    ['AKIAIOSFODNN7EXAMPLE  2026-11-20T03:00:07Z'],
  ])('%j is of another form', (value) => {
    expect(tagWithTime(value)).toBeUndefined();
  });
});
