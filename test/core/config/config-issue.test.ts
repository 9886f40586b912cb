import { describe, expect, it } from 'vitest';
import {
  type ConfigIssue,
  describeIssue,
  describeUnknownKey,
  type KnownSettings,
} from '../../../functions/core/config/config-issue';

const at = (setting: string) => ({ path: ['keys', 0, setting, 1], message: 'Invalid input' });
const wrongType = (expected: string, path: (string | number)[] = ['keys', 0, 'user']): ConfigIssue => ({
  ...at('user'),
  path,
  code: 'invalid_type',
  expected: expected as 'string',
});
const bound = (code: 'too_small' | 'too_big', origin: string, limit: number): ConfigIssue =>
  ({ ...at('user'), code, origin, ...(code === 'too_small' ? { minimum: limit } : { maximum: limit }) }) as ConfigIssue;
const format = (name: string, message = 'Invalid text'): ConfigIssue => ({
  ...at('url'),
  code: 'invalid_format',
  format: name,
  message,
});
const rule = (setting: string, message: string): ConfigIssue => ({ ...at(setting), code: 'custom', message });

describe('what a schema found', () => {
  it.each<[string, ConfigIssue, unknown, string]>([
    [
      'a text for a number',
      wrongType('number'),
      'ten',
      'expected a number, found "ten"; write the bare number, without quotes',
    ],
    ['a number for a text', wrongType('string'), 12, 'expected text, found 12; put it in quotes'],
    ['a fraction', wrongType('int'), 1.5, 'expected a whole number, found 1.5; write a number without a fraction'],
    [
      'yes',
      wrongType('boolean'),
      'yes',
      'expected true or false, found "yes", which is a text in YAML 1.2; write true',
    ],
    [
      'a map for a list',
      wrongType('array'),
      { a: 1 },
      'expected a list, found a map of a; start each item with "- ", or write [first, second]',
    ],
    [
      'a list for a map',
      wrongType('object'),
      ['a', 'b'],
      'expected a map, found a list of 2; write "name: value" lines below it',
    ],
    ['no list', wrongType('record'), [], 'expected a map, found an empty list; write "name: value" lines below it'],
    ['a kind that has no words', wrongType('date'), true, 'expected date, found true; correct it'],
    ['nothing', wrongType('string'), undefined, 'expected text, found nothing; add "user:" here'],
    [
      'nothing in a list',
      wrongType('string', ['notify', 0]),
      undefined,
      'expected text, found nothing; add "notify:" here',
    ],
    [
      'no file',
      wrongType('object', []),
      undefined,
      'expected a map, found nothing; write "name: value" lines below it',
    ],
    ['a value that nobody wrote', wrongType('string'), null, 'expected text, found nothing; put it in quotes'],
    [
      'another choice',
      { ...at('trail'), code: 'invalid_value', values: ['existing', 1] },
      'new',
      'expected existing or 1, found "new"; write one of these',
    ],
    [
      'too few things',
      bound('too_small', 'array', 1),
      [],
      'expected at least 1 item, found an empty list; add what is missing',
    ],
    [
      'too many things',
      bound('too_big', 'array', 2),
      [1, 2, 3],
      'expected at most 2 items, found a list of 3; shorten it',
    ],
    [
      'an empty text',
      bound('too_small', 'string', 1),
      '',
      'expected at least 1 character, found ""; add what is missing',
    ],
    ['a long text', bound('too_big', 'string', 3), 'four', 'expected at most 3 characters, found "four"; shorten it'],
    ['a small number', bound('too_small', 'number', 1), 0, 'expected at least 1, found 0; raise it'],
    ['a small whole number', bound('too_small', 'int', 25), 12, 'expected at least 25, found 12; raise it'],
    ['a large number', bound('too_big', 'number', 20), 21, 'expected at most 20, found 21; lower it'],
    ['a large whole number', bound('too_big', 'int', 20), 1e300, 'expected at most 20, found 1e+300; lower it'],
    [
      'a name of two words',
      { ...at('connections'), code: 'invalid_key', origin: 'record', issues: [] },
      {},
      'expected a name of letters, digits, ".", "_" and "-"; rename it',
    ],
    ['an address', format('email'), 'me', 'expected an e-mail address, found "me"; correct it'],
    [
      'no URL',
      format('url'),
      'here',
      'expected a URL, such as https://api.bitbucket.org/2.0, found "here"; correct it',
    ],
    ['another form', format('datetime'), 'now', 'expected a value of the form datetime, found "now"; correct it'],
    [
      'a form with words of its own',
      format('regex', 'expected a slash'),
      'x',
      'expected a slash, found "x"; correct it',
    ],
    [
      'what nobody thought of',
      { ...at('x'), code: 'not_multiple_of', divisor: 2, origin: 'number' } as ConfigIssue,
      3,
      'Invalid input; correct it',
    ],
  ])('is told in words: %s', (_what, issue, found, says) => {
    expect(describeIssue(issue, found)).toBe(says);
  });

  it.each<[string, ConfigIssue, string]>([
    [
      'its finding and its cure',
      rule('until', 'expected a day. Or two.'),
      'expected a day. Or two, found 7; an exception that lasts longer is approved again',
    ],
    ['what to do where nobody knows better', rule('other', 'expected a day'), 'expected a day, found 7; correct it'],
    ['no finding twice', rule('id', 'expected one, found two'), 'expected one, found two; rename it'],
    ['no finding where it is taken', rule('id', 'the name is taken'), 'the name is taken; rename it'],
    ['no finding where it belongs to another', rule('id', 'belongs to it.'), 'belongs to it; rename it'],
    [
      'no finding where it must be otherwise',
      rule('deleteAfter', 'deleteAfter (1) must be more.'),
      'deleteAfter (1) must be more; change the days',
    ],
  ])("has in a rule of the schema's own %s", (_what, issue, says) => {
    expect(describeIssue(issue, 7)).toBe(says);
  });

  it.each<[string, unknown, string]>([
    ['an empty map', {}, 'a map of nothing'],
    ['a map', { a: 1, b: 2 }, 'a map of a, b'],
    ['60 characters', 'x'.repeat(60), `"${'x'.repeat(60)}"`],
    ['61 characters', 'x'.repeat(61), `"${'x'.repeat(60)}…"`],
  ])('shows %s', (_what, found, shown) => {
    expect(describeIssue(wrongType('number'), found)).toBe(
      `expected a number, found ${shown}; write the bare number, without quotes`,
    );
  });
});

describe('a setting that nobody knows', () => {
  const own = ['connection', 'region'];
  const others = new Map([
    ['function', 'function'],
    ['target', 'function'],
  ]);
  const unmarked: KnownSettings = { own, others };
  const marked: KnownSettings = {
    own: ['function', 'target'],
    mark: 'function',
    others: new Map([
      ['connection', undefined],
      ['environment', undefined],
    ]),
  };
  const plain = (...names: string[]): KnownSettings => ({ own: names, others: new Map() });

  it.each<[string, string, KnownSettings, string]>([
    [
      "another host's, beside a mark",
      'connection',
      marked,
      'expected target and nothing else beside function, found "connection"; remove it',
    ],
    [
      "another host's, beside a mark that stands alone",
      'connection',
      { ...marked, own: ['function'] },
      'expected nothing and nothing else beside function, found "connection"; remove it',
    ],
    [
      "another host's, without its mark",
      'target',
      unmarked,
      'expected connection, region, found "target"; it stands beside function alone: add function, or remove it',
    ],
    [
      "another host's that nothing marks",
      'place',
      { own, others: new Map([['place', undefined]]) },
      'expected one of connection, region, found "place"; remove it',
    ],
    [
      'almost one of any host',
      'funtion',
      unmarked,
      'expected one of connection, region, function, target, found "funtion"; did you mean "function"?',
    ],
    [
      'almost one of this host',
      'tagret',
      marked,
      'expected one of function, target, found "tagret"; did you mean "target"?',
    ],
    [
      'almost one of another host, beside a mark',
      'enviroment',
      marked,
      'expected one of function, target, found "enviroment"; remove it',
    ],
    ['one where none may stand', 'any', plain(), 'expected no setting here, found "any"; remove it'],
  ])('is told as %s', (_what, key, known, says) => {
    expect(describeUnknownKey(key, known)).toBe(says);
  });

  it.each<[string, readonly string[], string | undefined]>([
    ['CREATEUSER', ['createUser'], 'createUser'],
    ['createuser', ['CREATEUSER'], 'CREATEUSER'],
    ['usr', ['user', 'uses'], 'user'],
    ['user', ['uses', 'users'], 'uses'],
    ['ab', ['cd'], 'cd'],
    ['ab', ['cde'], undefined],
    ['abc', ['xyz'], undefined],
    ['abcdef', ['abcdxy'], 'abcdxy'],
    ['abcdef', ['abcxyz'], undefined],
    ['abcdefghi', ['abcdefxyz'], 'abcdefxyz'],
    ['abcdefghi', ['abcdewxyz'], undefined],
    ['abcdefghi', ['cdefghi'], 'cdefghi'],
    ['abcdefghi', ['abcdefghixyz'], 'abcdefghixyz'],
    ['abcdefghi', ['abcdefghiwxyz'], undefined],
    ['rotateAfter', ['deleteAfter', 'rotateAftr'], 'rotateAftr'],
    ['rotateAfter', ['rotateAftr', 'deleteAfter'], 'rotateAftr'],
    ['', ['ab'], 'ab'],
    ['', ['abc'], undefined],
  ])('%j, where %j are known, may mean %s', (key, names, nearest) => {
    expect(describeUnknownKey(key, plain(...names))).toBe(
      `expected one of ${names.join(', ')}, found "${key}"; ${nearest === undefined ? 'remove it' : `did you mean "${nearest}"?`}`,
    );
  });
});
