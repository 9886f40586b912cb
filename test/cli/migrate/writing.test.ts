import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { changesOf } from '../../../cli/exits/change';
import { type HowToWrite, writingsFor } from '../../../cli/migrate/writing';
import { bitbucketHost } from '../../../functions/core/hosts/bitbucket';

const PLACE = { partition: 'aws', account: '111122223333' };
const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;

/** The places of a key, as `repository`, or `repository environment`. */
function key(...places: readonly string[]) {
  const targets = places.map((text) => {
    const [repository, environment] = text.split(' ');
    return bitbucketHost.targetOf(bitbucketHost.deliverTo.parse({ connection: 'acme', repository, environment }));
  });
  return { id: 'shop', targets };
}

function written(given: ReturnType<typeof key>, named: readonly string[] | undefined, how: Partial<HowToWrite> = {}) {
  const changes = changesOf(given, PLACE, true, named);
  const all = writingsFor(changes, {
    way: 'role',
    cdk: false,
    hasPolicy: true,
    place: PLACE,
    ready: new Set(),
    ...how,
  });
  const into = (name: string) => all.filter((one) => one.into === name).map(({ text }) => text);
  return {
    lines: into('keyturn.yaml'),
    app: into('the CDK app'),
    trust: into("the role's trust policy").map((text) => JSON.parse(text)),
    steps: into('bitbucket-pipelines.yml'),
  };
}

describe('what is written is of the role that is named', () => {
  it('its item, its policy and the step', () => {
    const { lines, steps } = written(key('acme/shop Production'), [role('ci/deploy')]);
    expect(parse(lines[0] ?? '').roles).toMatchObject([
      { name: 'deploy', managedPolicies: ['arn:aws:iam::111122223333:policy/deploy'] },
    ]);
    expect(lines[0]).toContain('# deployment.rolePath: /ci/');
    expect(steps).toEqual([expect.stringContaining(`export AWS_ROLE_ARN=${role('ci/deploy')}\n`)]);
  });

  it('a construct with its path', () => {
    const { app } = written(key('acme/shop Production'), [role('ci/deploy')], { cdk: true });
    expect(app[0]).toContain("  roleName: 'deploy',\n  path: '/ci/',\n");
  });

  it('one for each repository, in their order', () => {
    const { lines, steps } = written(key('acme/shop Production', 'acme/docs'), [role('a'), role('b')]);
    expect(lines.map((text) => parse(text).roles[0].name)).toEqual(['a', 'b']);
    expect(steps.map((text) => /AWS_ROLE_ARN=(.*)/.exec(text)?.[1])).toEqual([role('a'), role('b')]);
  });

  it('no item for one of several repositories: the stack makes none', () => {
    const { lines, steps } = written(key('acme/shop Production', 'acme/docs'), [role('all')]);
    expect(lines).toEqual([]);
    expect(steps).toHaveLength(2);
    for (const text of steps) expect(text).toContain(`AWS_ROLE_ARN=${role('all')}\n`);
  });

  it('only the step where the role is there', () => {
    const { lines, steps } = written(key('acme/shop', 'acme/docs'), undefined, { ready: new Set([role('shop-1')]) });
    expect(lines.map((text) => parse(text).roles[0].name)).toEqual(['shop-2']);
    expect(steps).toHaveLength(2);
  });

  it('a rule for each repository, and one trust policy of the role with a statement for each', () => {
    const { lines, trust, steps } = written(key('acme/shop Production', 'acme/docs'), [role('all')], {
      way: 'provider',
    });
    expect(lines.map((text) => parse(text).provider.rules[0])).toMatchObject([
      { name: 'shop-1', roles: [{ role: role('all') }] },
      { name: 'shop-2', roles: [{ role: role('all') }] },
    ]);
    const ofShop = { 'aws:RequestTag/keyturn:environment': ['UUID OF THE ENVIRONMENT, WITHOUT BRACES'] };
    expect(trust.map(({ Statement }) => Statement)).toEqual([
      [
        expect.objectContaining({ Condition: { StringEquals: expect.objectContaining(ofShop) } }),
        expect.objectContaining({ Condition: { StringEquals: expect.not.objectContaining(ofShop) } }),
      ],
    ]);
    expect(steps).toHaveLength(2);
  });
});

describe('a repository in several spellings is one', () => {
  const SHOP = '{00000000-0000-4000-8000-0000000000aa}';

  it.each([
    ['slugs in any case, with .git', 'acme/shop Production', 'Acme/Shop.git Staging'],
    ['UUIDs with and without braces', `acme/${SHOP} Production`, `acme/${SHOP.slice(1, -1).toUpperCase()} Staging`],
    // It is found by its UUID, whatever the workspace is called.
    ['a UUID in a workspace by its slug and its UUID', `acme/${SHOP} Production`, `${SHOP}/${SHOP} Staging`],
  ])('%s', (_says, ...places) => {
    const changes = changesOf(key(...places), PLACE, true);
    expect(changes.map(({ name, held }) => [name, held.map(({ environment }) => environment)])).toEqual([
      ['shop', ['Production', 'Staging']],
    ]);
  });

  it('and a place that holds two variables of one name each is written once', () => {
    const [change] = changesOf(
      key('acme/shop Production', 'acme/shop Production', 'acme/shop production'),
      PLACE,
      true,
    );
    expect(change?.held).toHaveLength(1);
    expect(change?.steps).toHaveLength(1);
  });

  it('not two repositories, nor one of another workspace', () => {
    expect(changesOf(key('acme/shop', 'acme/docs', 'other/shop'), PLACE, true)).toHaveLength(3);
  });
});

it('knows an environment by its UUID, with and without braces', () => {
  const uuid = '{00000000-0000-4000-8000-0000000000bb}';
  const bare = uuid.slice(1, -1);
  for (const environment of [uuid, bare, bare.toUpperCase()]) {
    const given = key(`acme/shop ${environment}`, `acme/shop ${uuid}`);
    const { lines, steps } = written(given, undefined);
    expect(parse(lines[0] ?? '').roles[0].bitbucket.environmentUuids).toEqual([uuid]);
    expect(steps).toEqual([expect.stringContaining(`deployment: Production # the name of the environment ${uuid}`)]);
    const provided = written(given, undefined, { way: 'provider' });
    expect(provided.steps).toEqual([expect.stringContaining(`deployment: 'NAME OF THE ENVIRONMENT' # ${uuid}`)]);
    expect(JSON.stringify(provided.trust)).toContain(`"aws:RequestTag/keyturn:environment":["${bare}"]`);
  }
});
