import { describe, expect, it } from 'vitest';
import type { Paging } from '../../../local/hosts/bitbucket/page';
import type { VariablePlace } from '../../../local/hosts/bitbucket/place';
import { clientOf, json, startHost } from '../http/scripted-host';
import {
  credentialOf,
  failureOf,
  isWrite,
  production,
  repositoryTarget,
  SECRET,
  startWorld,
  targetOf,
} from './bitbucket-world';

const place: VariablePlace = { level: 'repository', workspace: 'acme', repository: 'web-shop' };
const OMITTED = { next: 'omitted' } as const;
const TEN_A_PAGE = { pagelen: 'ignored' } as const;

/** A repository with so many variables, of which the ID is the first and the secret the last. */
async function worldOf(paging: Paging, variables: number) {
  const world = await startWorld({ paging });
  world.bitbucket.createVariable(place, { key: 'AWS_ACCESS_KEY_ID', value: 'old' });
  for (let number = 2; number < variables; number += 1) {
    world.bitbucket.createVariable(place, { key: `OTHER_${number}`, value: 'x' });
  }
  world.bitbucket.createVariable(place, { key: 'AWS_SECRET_ACCESS_KEY', value: 'old', secured: true });
  return world;
}

/** A host on another origin that notes who comes. */
async function elsewhere() {
  const visits: string[] = [];
  const origin = await startHost((request, response) => {
    visits.push(String(request.headers.authorization));
    json(response, 200, { values: [] });
  });
  return { origin, visits };
}

describe('both halves of a pair are found (K1)', () => {
  it.each<[string, number, Paging]>([
    ['a hundred a page, with a size and no link', 101, OMITTED],
    ['a hundred a page, with neither size nor link', 101, { ...OMITTED, without: ['size'] }],
    ['a hundred a page, with values alone', 101, { ...OMITTED, without: ['size', 'pagelen', 'page'] }],
    ['ten a page whatever is asked for, with links', 12, TEN_A_PAGE],
    ['ten a page whatever is asked for, with a size', 12, { ...TEN_A_PAGE, ...OMITTED }],
    ['ten a page whatever is asked for, by their own length', 12, { ...TEN_A_PAGE, ...OMITTED, without: ['size'] }],
    [
      'ten a page whatever is asked for, with values alone',
      12,
      { ...TEN_A_PAGE, ...OMITTED, without: ['size', 'pagelen', 'page'] },
    ],
    ['an empty link on every page', 101, { next: 'empty' }],
    ['an empty link on the only page', 3, { next: 'empty' }],
    ['a length refused, with links', 12, { pagelen: 'refused' }],
    ['a length refused, without links', 12, { ...OMITTED, pagelen: 'refused' }],
    ['exactly ten, and nothing after the last page', 10, { ...TEN_A_PAGE, ...OMITTED, without: ['size'] }],
    ['exactly ten, and the page after the last refused', 10, { ...TEN_A_PAGE, ...OMITTED, beyond: 'refused' }],
    ['exactly ten, and every page the first', 10, { ...TEN_A_PAGE, ...OMITTED, page: 'ignored' }],
    ['a size that counts what nobody is shown', 12, { ...OMITTED, unseen: 3 }],
    ['such a size, and the page after the last refused', 12, { ...OMITTED, unseen: 3, beyond: 'refused' }],
  ])('in a list with %s', async (_how, variables, paging) => {
    const world = await worldOf(paging, variables);

    const receipt = await world.deliver(repositoryTarget, credentialOf(1));

    expect(receipt.wrote).toEqual(['updated AWS_ACCESS_KEY_ID', 'updated AWS_SECRET_ACCESS_KEY']);
    expect(receipt.readBack).toBe(true);
    expect(world.pipeline()).toMatchObject({
      AWS_ACCESS_KEY_ID: 'AKIA0000000000000001',
      AWS_SECRET_ACCESS_KEY: `${SECRET}-1`,
    });
    expect(world.requests.filter(({ method }) => method === 'POST')).toEqual([]);
    // Two lists, each page once, and the connection that is warmed up.
    expect(world.requests.filter(({ method }) => method === 'GET').length).toBeLessThan(12);
  });

  it('where the link leads to another host: the page is asked for by its number, and no token goes there (K6)', async () => {
    const { origin, visits } = await elsewhere();
    const world = await worldOf({ next: { origin } }, 230);

    const receipt = await world.deliver(repositoryTarget, credentialOf(1));

    expect(receipt.wrote).toEqual(['updated AWS_ACCESS_KEY_ID', 'updated AWS_SECRET_ACCESS_KEY']);
    expect(visits).toEqual([]);
  });

  it('where everything comes together: ten a page, no size, and links to another host (K6)', async () => {
    const { origin, visits } = await elsewhere();
    const world = await worldOf({ ...TEN_A_PAGE, next: { origin }, without: ['size', 'pagelen'] }, 35);

    expect((await world.deliver(repositoryTarget, credentialOf(1))).readBack).toBe(true);
    expect(visits).toEqual([]);
  });
});

describe('an environment is found', () => {
  it.each<[string, number, Paging]>([
    ['as the 101st without a link', 101, OMITTED],
    ['as the 101st without link and size', 101, { ...OMITTED, without: ['size'] }],
    ['as the 23rd of ten a page', 23, { ...OMITTED, ...TEN_A_PAGE }],
  ])('%s', async (_how, environments, paging) => {
    const world = await startWorld({ paging });
    for (let number = 2; number <= environments; number += 1) {
      world.bitbucket.addEnvironment('acme', 'web-shop', `Review ${number}`);
    }
    const name = `Review ${environments}`;

    await world.deliver(targetOf({ ...production, environment: name }));

    expect(world.pipeline(name).AWS_ACCESS_KEY_ID).toBe('AKIA0000000000000001');
  });
});

describe('a list that cannot be read to its end', () => {
  it.each<[string, Paging]>([
    ['shows the first page again and again', { ...TEN_A_PAGE, page: 'ignored' }],
    ['shows it again without a link', { ...TEN_A_PAGE, ...OMITTED, page: 'ignored' }],
    [
      'shows it again, and says of itself only its length',
      { ...TEN_A_PAGE, ...OMITTED, page: 'ignored', without: ['size'] },
    ],
  ])('ends the delivery before anything is written when it %s', async (_how, paging) => {
    const world = await worldOf(paging, 12);

    const error = await failureOf(world.deliver(repositoryTarget));

    expect(error).toMatchObject({ code: 'host-answer-invalid', retryable: false });
    expect(error.message).toContain('page 2 of the list brings nothing new, and says that there is more');
    expect(world.requests.filter(isWrite)).toEqual([]);
    expect(world.requests.length).toBeLessThan(5);
  });

  it('ends it after a hundred pages of something new', async () => {
    let number = 0;
    const url: string = await startHost((request, response) => {
      number += 1;
      const values = [{ uuid: `{${number}}`, key: `OTHER_${number}`, secured: false, value: 'x' }];
      json(response, 200, { values, next: `http://${request.headers.host}/2.0/more?page=${number}` });
    });
    const error = await failureOf(clientOf(url).deliver(repositoryTarget));

    expect(error.code).toBe('host-answer-invalid');
    expect(error.message).toContain('more than 100 pages');
  });

  it('ends it when a page that was promised is refused', async () => {
    const values = Array.from({ length: 10 }, (_none, index) => ({ uuid: `{${index}}`, key: `O_${index}` }));
    const url = await startHost((request, response) =>
      request.url?.includes('?') ? json(response, 400, {}) : json(response, 200, { values, size: 12 }),
    );
    const error = await failureOf(clientOf(url).deliver(repositoryTarget));

    expect(error).toMatchObject({ code: 'host-rejected' });
    expect(error.message).toContain('could not list the variables');
  });
});
