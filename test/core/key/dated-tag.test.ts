import { describe, expect, it } from 'vitest';
import { datedTag, datedTags, readDatedTag, readDatedTags, tagFor } from '../../../functions/core/key/dated-tag';

describe('a dated tag', () => {
  it('is written as key and instant', () => {
    expect(datedTag('AKIAIOSFODNN7EXAMPLE', new Date('2026-11-20T03:00:07Z'))).toBe(
      'AKIAIOSFODNN7EXAMPLE 2026-11-20T03:00:07.000Z',
    );
  });

  it('reads as its key and its instant', () => {
    expect(readDatedTag('AKIAIOSFODNN7EXAMPLE 2026-11-20T03:00:07.000Z')).toEqual({
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      at: new Date('2026-11-20T03:00:07Z'),
    });
  });

  it.each([
    [undefined],
    [''],
    ['AKIAIOSFODNN7EXAMPLE'],
    ['AKIAIOSFODNN7EXAMPLE yesterday'],
    ['AKIAIOSFODNN7EXAMPLE 2026'],
    ['AKIAIOSFODNN7EXAMPLE +275760-09-13T00:00:00.000Z'],
    [' 2026-11-20T03:00:07Z'],
    ['AKIAIOSFODNN7EXAMPLE 2026-11-20T03:00:07Z by hand'],
    ['AKIAIOSFODNN7EXAMPLE  2026-11-20T03:00:07Z'],
  ])('%j is of another form', (value) => {
    expect(readDatedTag(value)).toBeUndefined();
  });
});

describe('a dated tag of several keys', () => {
  const [one, other] = [
    { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', at: new Date('2026-11-20T03:00:07Z') },
    { accessKeyId: 'AKIAI44QH8DHBEXAMPLE', at: new Date('2026-11-21T03:00:07Z') },
  ];

  it('says the same of each as one of its own would', () => {
    expect(datedTags([one])).toBe(datedTag(one.accessKeyId, one.at));
    expect(readDatedTags(datedTags([one, other]))).toEqual([one, other]);
    for (const value of [undefined, '', 'AKIAIOSFODNN7EXAMPLE']) expect(readDatedTags(value)).toEqual([]);
  });

  it.each([
    (first: string, second: string) => `by hand ${first} ${second}`,
    (first: string, second: string) => `${first}  ${second} `,
    (first: string, second: string) => `${first} AKIAI44QH8DHBEXAMPLE soon ${second}`,
  ])('hides nothing behind what cannot be read', (garbled) => {
    expect(readDatedTags(garbled(datedTags([one]), datedTags([other])))).toEqual([one, other]);
  });
});

describe('the time that a tag records for a key', () => {
  const tags = { held: 'AKIAIOSFODNN7EXAMPLE 2026-11-20T03:00:07.000Z' };

  it.each<[string, string, Date | undefined]>([
    ['held', 'AKIAIOSFODNN7EXAMPLE', new Date('2026-11-20T03:00:07Z')],
    ['held', 'AKIAI44QH8DHBEXAMPLE', undefined],
    ['deactivated', 'AKIAIOSFODNN7EXAMPLE', undefined],
  ])('%s of %s: %s', (tag, accessKeyId, at) => {
    expect(tagFor({ tags }, tag, accessKeyId)).toEqual(at);
  });
});
