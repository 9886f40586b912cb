import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { changesOf } from '../../../cli/exits/change';
import { areTaken } from '../../../cli/migrate/places';
import { parseConfig } from '../../../functions/core/config/parse-config';
import type { TargetConfig } from '../../../functions/core/hosts/target';

const PLACE = { partition: 'aws', account: '111122223333' };
const uuid = (at: number) => `{00000000-0000-4000-8000-${String(at).padStart(12, '0')}}`;
const SHOP = uuid(999);

const target = (repository: string, environment: string, workspace = 'acme'): TargetConfig => ({
  type: 'bitbucket-deployment',
  connection: 'acme',
  repository: `${workspace}/${repository}`,
  environment,
  secureAccessKeyId: false,
  variables: { accessKeyId: 'AWS_ACCESS_KEY_ID', secretAccessKey: 'AWS_SECRET_ACCESS_KEY', region: 'AWS_REGION' },
});
const environments = (count: number) => Array.from({ length: count }, (_, at) => uuid(at));
const inShop = (count: number) => environments(count).map((one) => target(SHOP, one));

describe('what moves the places of a key to roles', () => {
  it.each([
    ['ten environments of a repository', inShop(10), ['web-shop']],
    ['23 of them, of which a role trusts ten', inShop(23), ['web-shop-1', 'web-shop-2', 'web-shop-3']],
    ['two repositories', [target('docs', 'A'), ...inShop(11)], ['web-shop-1', 'web-shop-2', 'web-shop-3']],
  ])('of %s is a role for each that can be one', (_what, targets, names) => {
    const changes = changesOf({ id: 'web-shop', targets }, PLACE, false);
    expect(changes.map(({ name }) => name)).toEqual(names);
    expect(changes.flatMap(({ held }) => held)).toHaveLength(targets.length);
    expect(changes.flatMap(({ steps }) => steps)).toHaveLength(targets.length);
  });

  it('is taken by the configuration when what only Bitbucket knows is filled in', () => {
    const changes = changesOf({ id: 'web-shop', targets: inShop(50) }, PLACE, false);
    const roles = changes.flatMap(({ yaml }) => parse(yaml.replace("'UUID OF THE WORKSPACE'", `'${uuid(998)}'`)).roles);
    const { problems } = parseConfig(JSON.stringify({ roles }));
    expect([roles.length, problems]).toEqual([5, []]);
  });

  it('is not done before steps of every environment have taken one of them', () => {
    const changes = changesOf({ id: 'web-shop', targets: inShop(12) }, PLACE, false);
    const steps = environments(12).map((environment) => ({ repository: SHOP, environment }));
    expect(areTaken(changes, steps)).toBe(true);
    expect(areTaken(changes, steps.slice(1))).toBe(false);
    const named = changesOf(
      { id: 'web-shop', targets: environments(12).map((_, at) => target('shop', `E${at}`)) },
      PLACE,
      false,
    );
    expect(areTaken(named, steps)).toBe(true);
    expect(areTaken(named, steps.slice(2))).toBe(false);
  });

  it('is of one repository by its UUID, in whatever workspace and letters it is written', () => {
    const targets = [target(SHOP, uuid(1)), target(SHOP.toUpperCase(), uuid(2), 'other')];
    const changes = changesOf({ id: 'web-shop', targets }, PLACE, false);
    expect(changes.map(({ name }) => name)).toEqual(['web-shop']);
    const steps = [1, 2].map((at) => ({ repository: SHOP, environment: uuid(at) }));
    expect(areTaken(changes, steps)).toBe(true);
    const parts = changesOf(
      { id: 'web-shop', targets: [...inShop(10), target(SHOP, uuid(10), 'other')] },
      PLACE,
      false,
    );
    expect(parts.map(({ repository }) => repository)).toEqual([`acme/${SHOP}`, `acme/${SHOP}`]);
    const apart = changes.flatMap(({ held }) => held.map((one) => ({ held: [one] })));
    expect(areTaken(apart, steps)).toBe(true);
    expect(areTaken(changes, steps.slice(1))).toBe(false);
  });
});
