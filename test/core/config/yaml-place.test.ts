import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import type { ConfigPath } from '../../../functions/core/config/config-path';
import { offsetOf, unresolvedAlias } from '../../../functions/core/config/yaml-place';

const TEXT = `# The keys of one team.
connections:
  7: { bitbucket: { secret: s } }
keys:
  - id: shop
    policy: &slow { rotateAfter: 60, deleteAfter: 80 }
    deliverTo: [{ region: eu-west-1 }, { region: eu-north-1 }]
  - { id: blog, user }
  - { policy: *slow, ? [a, list] : x }
`;

describe('the place in a text', () => {
  it.each<[string, ConfigPath, name: string, value: string]>([
    ['the file', [], 'connections:\n', 'connections:\n'],
    ['a section', ['keys'], 'keys:', '- id: shop'],
    ['a name that is a number', ['connections', '7'], '7:', '{ bitbucket'],
    ['what is deep in a map', ['connections', '7', 'bitbucket', 'secret'], 'secret:', 's }'],
    ['an item of a list', ['keys', 1], '- id: shop', '{ id: blog'],
    ['a setting of an item', ['keys', 0, 'id'], 'id: shop', 'shop'],
    ['a list in an item', ['keys', 0, 'deliverTo', 1, 'region'], 'region: eu-north', 'eu-north'],
    ['what an anchor names', ['keys', 0, 'policy', 'deleteAfter'], 'deleteAfter', '80'],
    ['what stands under an alias is where the anchor is', ['keys', 2, 'policy', 'deleteAfter'], 'deleteAfter', '80'],
    ['an alias', ['keys', 2, 'policy'], 'policy: *slow', '*slow'],
    ['a name without a value', ['keys', 1, 'user'], 'user }', 'user }'],
    ['what is nowhere is above it', ['keys', 1, 'policy', 'rotateAfter'], '{ id: blog', '{ id: blog'],
    ['an item that is not there', ['keys', 9, 'id'], '- id: shop', '- id: shop'],
    ['what would stand in a text', ['keys', 0, 'id', 'length'], 'shop', 'shop'],
  ])('of %s is told', (_what, path, name, value) => {
    const document = parseDocument(TEXT);
    const at = (part: 'name' | 'value', { length }: string) => {
      const offset = offsetOf(document, path, part);
      return TEXT.slice(offset, offset + length);
    };
    expect([at('name', name), at('value', value)]).toEqual([name, value]);
  });

  it('of anything in an empty text is its beginning', () => {
    expect(offsetOf(parseDocument(''), ['keys', 0], 'value')).toBe(0);
  });
});

describe('an alias without its anchor', () => {
  it.each([
    ['keys: [*one, *two]\n', { name: 'one', offset: 7 }],
    ['a: &one 1\nkeys: [*one, *two]\n', { name: 'two', offset: 23 }],
    ['a: &one 1\nkeys: [*one]\n', undefined],
  ])('in %j is %o', (text, alias) => {
    expect(unresolvedAlias(parseDocument(text))).toEqual(alias);
  });
});
