import { describe, expect, it } from 'vitest';
import {
  isIdentity,
  knownPlaces,
  placeDigest,
  placesTags,
  unseenPlaces,
} from '../../../functions/core/key/known-places';
import { PLACES_TAGS, TAG } from '../../../functions/core/names';

const uuid = (number: number) => `3f2a91c0-0000-4000-8000-${String(number).padStart(12, '0')}`;
const identity = (number: number) => `${uuid(number)}/${uuid(number + 500)}`;
/** So many places, by the digests of their names. */
const places = (count: number) =>
  new Map(Array.from({ length: count }, (_none, at) => [placeDigest(`place ${at}`), identity(at)] as const));
const NONE = { tags: {} };

describe('whose the places of a secret are', () => {
  it.each([1, 3, 4, 50])('is read as it was written, of %i places, in tags that Secrets Manager takes', (count) => {
    const tags = placesTags(places(count), NONE);
    expect(knownPlaces({ tags })).toEqual(new Map([...places(count)].sort()));
    expect(Object.keys(tags)).toEqual(PLACES_TAGS.slice(0, Math.ceil(count / 3)));
    for (const value of Object.values(tags)) expect(value).toMatch(/^[\w +\-=.:/@]{1,256}$/);
  });

  it('is written where it has changed only, in whatever order it comes', () => {
    const tags = placesTags(places(4), NONE);
    expect(placesTags(places(4), { tags })).toEqual({});
    expect(placesTags(new Map([...places(4)].reverse()), { tags })).toEqual({});
    const changed = new Map(places(4)).set(placeDigest('place 0'), identity(99));
    expect(Object.keys(placesTags(changed, { tags }))).toHaveLength(1);
  });

  it('is read with those that nobody could tell at the last delivery', () => {
    const unseen = new Set([placeDigest('place 1'), placeDigest('place 49')]);
    const tags = placesTags(places(50), NONE, unseen);
    expect(unseenPlaces({ tags })).toEqual(unseen);
    expect(knownPlaces({ tags }).get(placeDigest('place 1'))).toBe(identity(1));
    const all = placesTags(places(50), NONE, new Set(places(50).keys()));
    for (const value of Object.values(all)) expect(value).toMatch(/^[\w +\-=.:/@]{1,256}$/);
    expect(unseenPlaces(NONE).size).toBe(0);
  });

  it('empties the tags of places that are no more, and leaves alone what never was', () => {
    const tags = placesTags(places(7), NONE);
    const [first, second, third] = PLACES_TAGS;
    expect(Object.entries(placesTags(places(0), { tags }))).toEqual([first, second, third].map((tag) => [tag, '']));
    expect(placesTags(places(0), NONE)).toEqual({});
  });

  it.each([
    ['nothing', ''],
    ['a digest alone', 'abcdef'],
    ['no identity', 'abcdef='],
    ['a digest that is too short', `abcde=${uuid(1)}`],
    ['a digest that is too long', `abcdefg=${uuid(1)}`],
    ['more than one identity', `abcdef=${uuid(1)}=${uuid(2)}`],
    ['characters that no ID has', 'abcdef={x}'],
    ['more than two UUIDs', `abcdef=${uuid(1)}/${uuid(2)}x`],
  ])('is not known from a tag that has %s', (_what, value) => {
    expect(knownPlaces({ tags: { [TAG.places]: value } })).toEqual(new Map());
  });

  it('is known from what can be read beside what cannot', () => {
    const tags = { [TAG.places]: `junk abcdef=${uuid(1)}`, [`${TAG.places}-17`]: `ghijkl=${uuid(2)}` };
    expect([...knownPlaces({ tags })]).toEqual([
      ['abcdef', uuid(1)],
      ['ghijkl', uuid(2)],
    ]);
    expect(knownPlaces({ tags: { [`${TAG.places}-18`]: `abcdef=${uuid(1)}` } }).size).toBe(0);
  });
});

it.each([
  [uuid(1), true],
  [identity(1), true],
  ['', false],
  [`${identity(1)}x`, false],
  [`{${uuid(1)}}`, false],
  ['two words', false],
])('%s can be kept: %s', (text, can) => {
  expect(isIdentity(text)).toBe(can);
});
