import { expect, it } from 'vitest';
import { userSpelling } from '../../../functions/core/lifecycle/user-spelling';
import { day, entryOf } from '../web-shop';

const entry = entryOf({ id: 'shop', user: 'ci-shop' });
const found = (...users: string[]) =>
  userSpelling(entry, {
    generatedAt: day(0),
    users: new Map(users.map((user) => [user, { user, path: '/', keys: [] }])),
  });

it.each([
  ['as the configuration', ['ci-shop']],
  ['as the configuration, and another user nearly so', ['CI-SHOP', 'ci-shop']],
  ['not at all', ['ci-shop-2', 'alice']],
])('nothing is said where IAM spells the user %s', (_how, users) => {
  expect(found(...users)).toEqual([]);
});

it('a user that IAM spells otherwise is named both ways', () => {
  expect(found('alice', 'CI-Shop')).toEqual([
    { code: 'user-spelling', key: 'shop', user: 'CI-Shop', facts: { written: 'ci-shop', iam: 'CI-Shop' } },
  ]);
});
