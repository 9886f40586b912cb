import { describe, expect, it } from 'vitest';
import { isBitbucketTarget, variablesOf } from '../../../functions/core/hosts/bitbucket';
import {
  connectionOf,
  hostNameOf,
  hostOf,
  mayShareAPlace,
  placesWritten,
  settingsOf,
  shortTarget,
  standInConnection,
  systemOf,
  type TargetConfig,
  targetId,
  targetName,
  targetSchema,
} from '../../../functions/core/hosts/target';

const ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:deliver';
const parsed = (given: object): TargetConfig => targetSchema.parse({ connection: 'acme', ...given });
const deployment = parsed({ type: 'bitbucket-deployment', repository: 'acme/shop', environment: 'Production' });
const repository = parsed({ type: 'bitbucket-repository', repository: 'Acme/Shop' });
const workspace = parsed({ type: 'bitbucket-workspace', workspace: 'acme' });
const lambda = targetSchema.parse({ type: 'function', function: ARN });
const settings = { secret: 'keyturn/connections/acme', url: 'https://api.bitbucket.org/2.0/' };
const connection = { host: 'bitbucket', ...settings };
const named = { accessKeyId: 'ID', secretAccessKey: 'SECRET', region: 'AWS_DEFAULT_REGION' };

describe('a place at Bitbucket', () => {
  it.each<[string, TargetConfig, readonly string[], string]>([
    [
      'an environment',
      deployment,
      ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
      'bitbucket-deployment acme shop production',
    ],
    ['a repository', repository, ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'], 'bitbucket-repository acme shop'],
    [
      'a workspace, with all that can be delivered',
      parsed({ ...workspace, region: 'eu-west-1', variables: { ...named, bundle: 'Aws' } }),
      ['ID', 'SECRET', 'AWS_DEFAULT_REGION', 'Aws'],
      'bitbucket-workspace acme',
    ],
  ])('that is %s has a name for each variable that is written', (_what, target, variables, place) => {
    const written = (url: string) =>
      variables.map((name) => ({
        what: `${name} of ${targetName(target)}`,
        place: `${url} ${place} ${name.toLowerCase()}`,
      }));
    expect(placesWritten(target, { bitbucket: settings })).toEqual(written('https://api.bitbucket.org/2.0'));
    expect(placesWritten(target, undefined)).toEqual(written(''));
    expect(isBitbucketTarget(target) && variablesOf(target)).toEqual(variables);
  });

  it.each<[string, TargetConfig, object]>([
    ['nothing that goes without saying', deployment, {}],
    [
      'its own variables',
      parsed({ ...deployment, variables: { ...named, bundle: 'B' } }),
      { variables: { accessKeyId: 'ID', secretAccessKey: 'SECRET', bundle: 'B' } },
    ],
    ['what is secured', parsed({ ...deployment, secureAccessKeyId: true }), { secureAccessKeyId: true }],
    ['its region', parsed({ ...deployment, region: 'eu-west-1' }), { region: 'eu-west-1' }],
  ])('is written short with %s', (_what, target, more) => {
    const {
      type,
      connection: over,
      repository: repo,
      environment,
    } = deployment as TargetConfig & { repository: string; environment: string };
    expect(shortTarget(target)).toEqual({ type, connection: over, repository: repo, environment, ...more });
    expect(targetSchema.parse(shortTarget(target))).toEqual(target);
  });

  it('fails together with all that the same token reaches', () => {
    expect(systemOf(deployment, connection)).toBe('bitbucket https://api.bitbucket.org/2.0/ keyturn/connections/acme');
  });

  it('has a name of one line', () => {
    const odd = { ...deployment, environment: `a\u2028b${'c'.repeat(1_000)}` } as TargetConfig;
    expect(targetName(odd)).toBe(`bitbucket acme/shop environment a b${'c'.repeat(962)}...`);
  });

  it('is no function', () => {
    expect([isBitbucketTarget(workspace), isBitbucketTarget(lambda)]).toEqual([true, false]);
  });
});

describe('two targets share a place', () => {
  const share = (one: TargetConfig, other: TargetConfig, url = settings.url) =>
    mayShareAPlace(
      { target: one, connection: one === lambda ? undefined : connection },
      { target: other, connection: other === lambda ? undefined : { ...connection, url } },
    );
  const renamed = (names: object) => parsed({ ...deployment, variables: { ...named, ...names } });

  it.each<[string, boolean, () => boolean]>([
    ['at one host, in two spellings', true, () => share(deployment, deployment, 'https://API.bitbucket.org:443/2.0')],
    ['at another host', false, () => share(deployment, deployment, 'https://bitbucket.example.com')],
    [
      'with one name in two cases',
      true,
      () => share(renamed({}), renamed({ accessKeyId: 'other', secretAccessKey: 'id' })),
    ],
    ['with one name of two', true, () => share(renamed({}), renamed({ accessKeyId: 'OTHER' }))],
    ['with no name', false, () => share(renamed({}), deployment)],
    ['of two kinds', false, () => share(deployment, repository)],
    ['of two hosts', false, () => share(deployment, lambda)],
    ['of one function', false, () => share(lambda, lambda)],
  ])('%s: %s', (_what, shares, asked) => {
    expect(asked()).toBe(shares);
  });
});

describe('the host of a target', () => {
  it.each<[string, unknown]>([
    ['function', { function: ARN }],
    ['function', { function: undefined }],
    ['bitbucket', { repository: 'acme/shop' }],
    ['bitbucket', null],
    ['bitbucket', 'function'],
  ])('%s is told by its item %o', (name, item) => {
    expect(hostNameOf(item as Parameters<typeof hostNameOf>[0])).toBe(name);
  });

  it('is told by its type, and there is none for another', () => {
    expect([deployment, repository, workspace, lambda].map((target) => hostOf(target).name)).toEqual([
      'bitbucket',
      'bitbucket',
      'bitbucket',
      'function',
    ]);
    expect(() => hostOf({ type: 'gitlab' })).toThrow('No host has targets of the type gitlab.');
  });
});

describe('a connection', () => {
  it('has the settings under the name of its host', () => {
    const given = { bitbucket: { ...settings, encryptionKey: 'arn' } };
    expect(settingsOf(given)).toEqual({ host: 'bitbucket', ...settings, encryptionKey: 'arn' });
    expect(connectionOf(given)).toEqual(connection);
    expect(() => settingsOf({ bitbucket: undefined })).toThrow('A connection without a host is no connection.');
    expect(standInConnection()).toEqual({ bitbucket: { secret: 'stands-in' } });
  });

  it('that is not there leaves the place of its targets unsaid', () => {
    const id = (target: TargetConfig, connections = { acme: connection } as const) =>
      JSON.parse(targetId(target, connections as Parameters<typeof targetId>[1]));
    expect(id(lambda)).toEqual({ type: 'function', function: ARN, target: {} });
    expect(id({ ...workspace, connection: 'gone' })).not.toHaveProperty('url');
    expect(id(workspace)).toMatchObject({ type: 'bitbucket-workspace', host: 'bitbucket', url: settings.url });
    expect(id(workspace)).not.toHaveProperty('connection');
  });
});
