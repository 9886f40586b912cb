import { describe, expect, it } from 'vitest';
import { changedUser, formerUsers, formerUsersTag, lineOf, userTags } from '../../../functions/core/key/key-user';
import { TAG } from '../../../functions/core/names';
import { day, keyOf, START, secretOf, versionOf } from '../web-shop';

const tagged = (tags: Readonly<Record<string, string>>) => ({
  ...secretOf([versionOf(keyOf('A', START), 'AWSCURRENT')]),
  tags,
});
const at = '2026-04-01T03:00:00.000Z';
const until = new Date(at);

it.each([
  ['another user', 'deploy', 'deploy'],
  ['the same one, spelled otherwise', 'CI-Shop', undefined],
  ['no name that IAM takes', 'run NaN of somebody', undefined],
  ['one that begins so', 'deploy <b>', undefined],
  ['one that ends so', '<b> deploy', undefined],
  ['the longest name', 'x'.repeat(64), 'x'.repeat(64)],
  ['a name that is too long', 'x'.repeat(65), undefined],
  ['nobody', '', undefined],
])('the user of a key was changed where its tag names %s', (_what, tag, expected) => {
  expect(changedUser(tagged({ [TAG.user]: tag }), 'ci-shop')).toBe(expected);
});

it('the user of a key was not changed as far as anybody knows where no tag names one', () => {
  expect(changedUser(tagged({}), 'ci-shop')).toBeUndefined();
});

it.each<[string, string | undefined, readonly string[]]>([
  ['one', `deploy ${at}`, ['deploy']],
  ['two', `deploy ${at} ci ${at}`, ['deploy', 'ci']],
  ['one, and one that IAM cannot name', `deploy ${at} <b> ${at}`, ['deploy']],
  ['one, and one without a time', `deploy ${at} ci`, ['deploy']],
  ['one whose time is a name', 'deploy ci', []],
  ['a time, and then one', `${at} deploy ${at}`, []],
  ['nobody', '', []],
  ['nothing', undefined, []],
])('former users are those that IAM can name, with their time: of a tag with %s', (_what, tag, users) => {
  expect(formerUsers(tagged(tag === undefined ? {} : { [TAG.formerUsers]: tag }))).toEqual(
    users.map((user) => ({ user, until })),
  );
});

describe('the tag of former users', () => {
  it('has each with its time', () => {
    const users = [
      { user: 'deploy', until },
      { user: 'ci', until },
    ];
    expect(formerUsersTag(users)).toBe(`deploy ${at} ci ${at}`);
    expect(formerUsersTag([])).toBe('');
  });

  it('has room for 256 characters, and leaves the first ones out', () => {
    // Two instants and three spaces have 51.
    const long = (length: number) => [
      { user: 'a'.repeat(100), until },
      { user: 'b'.repeat(length), until },
    ];
    expect(formerUsersTag(long(105))).toHaveLength(256);
    expect(formerUsersTag(long(106))).toBe(`${'b'.repeat(106)} ${at}`);
  });
});

describe('the tags for a key of a user', () => {
  const now = day(9);
  it.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string>>]>([
    ['are of that one where none was before', {}, { [TAG.user]: 'ci-shop' }],
    ['are of that one where it was so before', { [TAG.user]: 'CI-shop' }, { [TAG.user]: 'ci-shop' }],
    [
      'follow the one before',
      { [TAG.user]: 'deploy' },
      { [TAG.user]: 'ci-shop', [TAG.formerUsers]: `deploy ${now.toISOString()}` },
    ],
    [
      'follow those that were followed, but for both of these',
      { [TAG.user]: 'deploy', [TAG.formerUsers]: `old ${at} DEPLOY ${at} Ci-Shop ${at}` },
      { [TAG.user]: 'ci-shop', [TAG.formerUsers]: `old ${at} deploy ${now.toISOString()}` },
    ],
  ])('%s', (_what, tags, expected) => {
    expect(userTags(tagged(tags), 'ci-shop', now)).toEqual(expected);
  });
});

it("a user's line of the credential report is the one with its name, or else one with another spelling", () => {
  const line = (user: string) => [user, { user, keys: [] }] as const;
  const report = (...users: string[]) => ({ generatedAt: START, users: new Map(users.map(line)) });
  expect(lineOf('ci', report('alice', 'CI', 'ci'))?.user).toBe('ci');
  expect(lineOf('ci', report('alice', 'CI'))?.user).toBe('CI');
  expect(lineOf('ci', report('alice'))).toBeUndefined();
});
