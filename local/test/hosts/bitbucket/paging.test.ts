import { describe, expect, test } from 'vitest';
import { type Paging, pageOf } from '../../../hosts/bitbucket/page';
import { refusalOf, servedAcme } from './acme';

const base = 'http://127.0.0.1:1/2.0/list';
const items = Array.from({ length: 12 }, (_, index) => index);
const cut = (query: string, paging: Paging) => pageOf(items, new URL(base + query), paging);

describe('A list that is paged otherwise than the description of the API says', () => {
  test.each<[string, string, Paging, object]>([
    ['leaves out the link', '', { next: 'omitted' }, { page: 1, pagelen: 10, size: 12 }],
    ['leaves out the link and the size', '', { next: 'omitted', without: ['size'] }, { page: 1, pagelen: 10 }],
    ['has an empty link where there is more', '', { next: 'empty' }, { page: 1, pagelen: 10, size: 12, next: '' }],
    ['has an empty link at the end', '?pagelen=100', { next: 'empty' }, { page: 1, pagelen: 100, size: 12, next: '' }],
    [
      'links to another origin',
      '?page=1',
      { next: { origin: 'http://elsewhere:1' } },
      { page: 1, pagelen: 10, size: 12, next: 'http://elsewhere:1/2.0/list?page=2' },
    ],
    [
      'has ten items a page whatever is asked for',
      '?pagelen=100&page=2',
      { pagelen: 'ignored' },
      { page: 2, pagelen: 10, size: 12, previous: `${base}?pagelen=100&page=1` },
    ],
    ['shows the first page again', '?page=2', { page: 'ignored' }, { page: 1, size: 12, next: `${base}?page=2` }],
    ['counts what it does not show', '?pagelen=50', { unseen: 3 }, { page: 1, pagelen: 50, size: 15 }],
  ])('%s', (_how, query, paging, expected) => {
    const { values, ...fields } = cut(query, paging);

    expect(fields).toMatchObject(expected);
    expect(fields.next).toBe(Reflect.get(expected, 'next'));
    const isFirst = Reflect.get(expected, 'page') === 1;
    expect(values[0]).toBe(isFirst ? 0 : 10);
  });

  test('tells neither size nor length where it leaves them out', () => {
    expect(Object.keys(cut('', { without: ['size', 'pagelen', 'page'], next: 'omitted' }))).toEqual(['values']);
  });

  test('refuses a length, and takes a number', () => {
    const paging = { pagelen: 'refused' } as const;
    expect(refusalOf(() => cut('?pagelen=100', paging)).status).toBe(400);
    expect(cut('?page=2', paging).values).toEqual([10, 11]);
  });

  test('refuses a page after the last one, and no other', () => {
    const paging = { beyond: 'refused' } as const;
    expect(refusalOf(() => cut('?page=3', paging)).status).toBe(404);
    expect(cut('?page=2', paging).values).toEqual([10, 11]);
    expect(pageOf([], new URL(base), paging).values).toEqual([]);
  });
});

test('All lists of a Bitbucket are paged alike, and from now on otherwise when it is told so', async () => {
  const { bitbucket, send, paths } = await servedAcme({ paging: { next: 'empty' } });
  const environments = '/repositories/acme/web-shop/environments';

  expect((await send(paths.workspace)).body.next).toBe('');
  expect((await send(environments)).body.next).toBe('');
  bitbucket.paging = { without: ['size'] };
  expect((await send(environments)).body).toEqual({ page: 1, pagelen: 10, values: [expect.anything()] });
});
