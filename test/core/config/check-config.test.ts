import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../functions/core/config/check-config';
import { pathText } from '../../../functions/core/config/config-path';

const connections = { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } };
const shop = { id: 'shop', user: 'ci-shop' };
const to = (connection: unknown) => [{ connection, repository: 'acme/shop' }];
/** Two keys of one user: a mistake between places that are sound. */
const twins = [shop, { id: 'blog', user: 'ci-shop' }];
const places = (config: unknown) => checkConfig(config).issues?.map(({ path }) => pathText(path));

describe('a mistake between places is told', () => {
  it.each<[string, object, readonly string[]]>([
    ['alone', {}, ['keys[1].user']],
    ['beside a setting that nobody knows', { extra: 1 }, ['', 'keys[1].user']],
    ['beside a broken item of a list', { notify: ['nobody'] }, ['notify[0]', 'keys[1].user']],
    ['beside a broken section', { alarms: { failedRuns: 'x' } }, ['alarms.failedRuns', 'keys[1].user']],
    ['beside a section that is none', { notify: 'nobody' }, ['notify', 'keys[1].user']],
    ['beside a broken connection', { connections: { acme: {} } }, ['connections.acme.bitbucket', 'keys[1].user']],
    ['beside connections that are none', { connections: 7 }, ['connections', 'keys[1].user']],
    [
      'beside a mistake in a section',
      { audit: { report: {} }, notify: [7] },
      ['notify[0]', 'keys[1].user', 'audit.report'],
    ],
  ])('%s', (_what, more, told) => {
    expect([...(places({ connections, keys: twins, ...more }) ?? [])].sort()).toEqual([...told].sort());
  });

  it('with the number that its key has in the file, whatever stands before it', () => {
    expect(places({ keys: [{ id: 'A' }, ...twins, { id: 'B' }, { id: 'c', user: 'ci-shop' }] })).toEqual([
      'keys[0].id',
      'keys[0].user',
      'keys[3].id',
      'keys[3].user',
      'keys[2].user',
      'keys[4].user',
    ]);
  });

  it('not at all where nobody can say what is there', () => {
    expect(places({ connections, keys: 7, notify: [7] })).toEqual(['keys', 'notify[0]']);
    expect(places(null)).toEqual(['']);
    expect(places([])).toEqual(['']);
  });
});

describe('a connection that nobody finds', () => {
  const keys = [{ ...shop, deliverTo: to('acme') }];

  it.each<[string, object, readonly string[]]>([
    ['is told where there are none', { keys, notify: [7] }, ['notify[0]', 'keys[0].deliverTo[0].connection']],
    [
      'is told where the others are sound',
      { connections, keys: [{ ...shop, deliverTo: to('other') }], notify: [7] },
      ['notify[0]', 'keys[0].deliverTo[0].connection'],
    ],
    [
      'is told where others are broken',
      { connections: { acme: {} }, keys: [{ ...shop, deliverTo: to('other') }] },
      ['connections.acme.bitbucket', 'keys[0].deliverTo[0].connection'],
    ],
    ['is none where its own settings are broken', { connections: { acme: {} }, keys }, ['connections.acme.bitbucket']],
    ['is none where the connections cannot be read', { connections: 7, keys }, ['connections']],
    ['is none where their section may be misspelled', { connection: connections, keys }, ['']],
  ])('%s', (_what, config, told) => {
    expect(places(config)).toEqual(told);
  });

  it('does not hide what is wrong with the same setting, or between others', () => {
    expect(places({ connections: 7, keys: [{ ...shop, deliverTo: to(7) }] })).toEqual([
      'connections',
      'keys[0].deliverTo[0].connection',
    ]);
    expect(places({ connections: 7, keys: twins })).toEqual(['connections', 'keys[1].user']);
  });
});

it('a sound configuration comes back', () => {
  expect(checkConfig({ keys: [shop] })).toMatchObject({ config: { keys: [shop] } });
});
