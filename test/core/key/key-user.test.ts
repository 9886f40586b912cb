import { expect, it } from 'vitest';
import { changedUser, formerUsers } from '../../../functions/core/key/key-user';
import { TAG } from '../../../functions/core/names';
import { keyOf, START, secretOf, versionOf } from '../web-shop';

const tagged = (tags: Readonly<Record<string, string>>) => ({
  ...secretOf([versionOf(keyOf('A', START), 'AWSCURRENT')]),
  tags,
});

it.each([
  ['another user', 'deploy', 'deploy'],
  ['the same one, spelled otherwise', 'CI-Shop', undefined],
  ['no name that IAM takes', 'run NaN of somebody', undefined],
  ['a name that is too long', 'x'.repeat(65), undefined],
])('the user of a key was changed where its tag names %s', (_what, tag, expected) => {
  expect(changedUser(tagged({ [TAG.user]: tag }), 'ci-shop')).toBe(expected);
});

it('former users are those that IAM can name, with their time', () => {
  const at = '2026-04-01T03:00:00.000Z';
  expect(formerUsers(tagged({ [TAG.formerUsers]: `deploy ${at} <b> ${at}` }))).toEqual([
    { user: 'deploy', until: new Date(at) },
  ]);
});
