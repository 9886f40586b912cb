import { describe, expect, it } from 'vitest';
import { areTaken, placesOf, twiceNamed } from '../../../cli/migrate/places';
import type { StepsOfTarget } from '../../../functions/core/hosts/host';

const uuid = (digit: number) => `{00000000-0000-4000-8000-00000000000${digit}}`;
const [SHOP, DOCS, PRODUCTION, STAGING] = [uuid(1), uuid(2), uuid(3), uuid(4)];

/** A place as a target names it: `repository`, or `repository environment`. */
function place(text: string): StepsOfTarget {
  const [repository = '', environment] = text.split(' ');
  return { workspace: 'acme', repository, environment };
}

/** A step's token has UUIDs. */
function step(text: string) {
  const [repository = '', environment] = text.split(' ');
  return { repository, environment };
}

/** One change for each repository, as `changesOf` makes them. */
function changes(...repositories: readonly (readonly string[])[]) {
  return repositories.map((places) => ({ held: places.map(place) }));
}

describe('every place that holds a key has taken a role', () => {
  it.each([
    ['one of a repository, by any step', [['shop']], [`${SHOP}`]],
    ['one of a repository, by a deployment', [['shop']], [`${SHOP} ${PRODUCTION}`]],
    ['as many environments as hold it', [['shop A', 'shop B']], [`${SHOP} ${PRODUCTION}`, `${SHOP} ${STAGING}`]],
    ['two repositories', [['shop'], ['docs']], [`${DOCS}`, `${SHOP}`]],
    // Which name has which UUID only Bitbucket knows: one assignment has to fit.
    [
      'the one with two environments is not the first that was seen',
      [['docs'], ['shop A', 'shop B']],
      [`${SHOP} ${PRODUCTION}`, `${SHOP} ${STAGING}`, `${DOCS}`],
    ],
    ['by their UUIDs, in any case', [[`${SHOP.toUpperCase()} ${STAGING}`]], [`${SHOP} ${STAGING}`]],
    ['two targets of one place', [['shop A', 'shop a']], [`${SHOP} ${PRODUCTION}`]],
  ])('%s', (_says, held, steps) => {
    expect(areTaken(changes(...held), steps.map(step))).toBe(true);
  });

  it.each([
    ['nobody', [['shop']], []],
    ['one of two environments, twice', [['shop A', 'shop B']], [`${SHOP} ${PRODUCTION}`, `${SHOP} ${PRODUCTION}`]],
    ['one of two repositories, by two of its environments', [['shop'], ['docs']], [`${SHOP}`, `${SHOP} ${PRODUCTION}`]],
    ['a step that deploys nowhere, in place of an environment', [['shop A']], [`${SHOP}`]],
    ['another environment than the one that is named', [[`shop ${STAGING}`]], [`${SHOP} ${PRODUCTION}`]],
    ['another repository than the one that is named', [[SHOP]], [`${DOCS}`]],
    ['an environment, and the repository beside it by the same steps', [['shop', 'shop A']], [`${SHOP} ${PRODUCTION}`]],
    [
      'an environment of each, where one repository has two',
      [['docs A'], ['shop A', 'shop B']],
      [`${SHOP} ${PRODUCTION}`, `${DOCS} ${STAGING}`],
    ],
  ])('not: %s', (_says, held, steps) => {
    expect(areTaken(changes(...held), steps.map(step))).toBe(false);
  });

  it.each<[string, string, readonly string[], readonly (readonly string[])[]]>([
    ['a slug and a UUID', 'acme', ['shop A', `${SHOP} B`], [['acme/shop', `acme/${SHOP}`]]],
    [
      'one of two slugs',
      'acme',
      ['shop', 'docs', SHOP],
      [
        ['acme/shop', `acme/${SHOP}`],
        ['acme/docs', `acme/${SHOP}`],
      ],
    ],
    [
      'each once, whatever its environments',
      'acme',
      ['shop A', 'shop B', `${SHOP} C`],
      [['acme/shop', `acme/${SHOP}`]],
    ],
    ['not two slugs', 'acme', ['shop', 'docs'], []],
    ['not two UUIDs', 'acme', [SHOP, DOCS], []],
    ['not one in two spellings', 'acme', [`${SHOP} A`, `${SHOP.toUpperCase()} B`], []],
  ])('knows which may be one by name and by UUID: %s', (_says, workspace, places, pairs) => {
    expect(twiceNamed(places.map((text) => ({ held: [{ ...place(text), workspace }] })))).toEqual(pairs);
  });

  it('is asked of each place once', () => {
    expect([...placesOf(['shop A', 'shop a', 'shop', 'shop'].map(place))]).toEqual(['a', undefined]);
  });

  it('is decided at once where many repositories hold it, and one has not taken it', () => {
    const many = Array.from({ length: 60 }, (_, at) => [`r${at}`]);
    const steps = many
      .slice(1)
      .map((_, at) => step(`{00000000-0000-4000-8000-0000000001${String(at).padStart(2, '0')}}`));
    expect(areTaken(changes(...many), steps)).toBe(false);
  });
});
