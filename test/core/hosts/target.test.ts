import { describe, expect, it } from 'vitest';
import {
  type Connection,
  connectionSchema,
  deliverToSchema,
  mayShareAPlace,
  type TargetConfig,
  targetName,
  targetOf,
  targetSchema,
  targetSetDigest,
} from '../../../functions/core/hosts/target';

const production = {
  type: 'bitbucket-deployment',
  connection: 'acme',
  repository: 'acme/web-shop',
  environment: 'Production',
};
const parsed = (target: object): TargetConfig => targetSchema.parse(target);
const problems = (schema: typeof targetSchema | typeof deliverToSchema | typeof connectionSchema, value: unknown) =>
  (schema.safeParse(value).error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('a target', () => {
  it('has the usual variable names, an unsecured key ID and no region unless it says otherwise', () => {
    expect(parsed(production)).toEqual({
      ...production,
      variables: {
        accessKeyId: 'AWS_ACCESS_KEY_ID',
        secretAccessKey: 'AWS_SECRET_ACCESS_KEY',
        region: 'AWS_DEFAULT_REGION',
      },
      secureAccessKeyId: false,
    });
  });

  it.each<[string, object, string]>([
    ['a deployment target', production, 'bitbucket acme/web-shop environment Production'],
    [
      'a repository target',
      { type: 'bitbucket-repository', connection: 'acme', repository: 'acme/images' },
      'bitbucket acme/images',
    ],
    [
      'a workspace target',
      { type: 'bitbucket-workspace', connection: 'acme', workspace: 'acme' },
      'bitbucket workspace acme',
    ],
    [
      'a target by UUIDs',
      {
        ...production,
        repository: '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}/{8b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}',
        environment: '{9b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}',
        region: 'us-gov-west-1',
        variables: { bundle: '_AWS' },
      },
      'bitbucket {7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}/{8b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10} environment ' +
        '{9b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}',
    ],
  ])('%s has a name that people know it by', (_what, target, name) => {
    expect(targetName(parsed(target))).toBe(name);
  });

  it.each<[string, object, string]>([
    ['another host', { ...production, type: 'gitlab' }, 'type: '],
    ['no environment', { ...production, environment: undefined }, 'environment: '],
    ['an empty environment', { ...production, environment: '' }, 'environment: '],
    ['an environment on a repository target', { ...production, type: 'bitbucket-repository' }, ': Unrecognized key'],
    [
      'a repository without workspace',
      { ...production, repository: 'web-shop' },
      'repository: expected workspace/repository',
    ],
    ['a URL for a repository', { ...production, repository: 'https://bitbucket.org/acme/web-shop' }, 'repository: '],
    ...[
      '../..',
      './web-shop',
      'acme/..',
      'acme/%2e%2e',
      '.../web-shop',
      'acme/web shop',
      'acme/a/b',
      ' acme/web-shop',
      '{..}/x',
    ].map((repository): [string, object, string] => [
      `the repository "${repository}"`,
      { ...production, repository },
      'repository: expected workspace/repository',
    ]),
    ...['..', '.', 'a/b', '..\\x', '%2E%2e', 'x%2fy', ' Production', 'Production\n'].map(
      (environment): [string, object, string] => [
        `the environment ${JSON.stringify(environment)}`,
        { ...production, environment },
        'environment: expected the name or UUID',
      ],
    ),
    [
      'a variable that starts with a digit',
      { ...production, variables: { accessKeyId: '1ST' } },
      'variables.accessKeyId: expected letters, digits and underscores',
    ],
    ['a variable with a hyphen', { ...production, variables: { bundle: 'AWS-KEY' } }, 'variables.bundle: '],
    ['an unknown variable', { ...production, variables: { token: 'X' } }, 'variables: Unrecognized key'],
    [
      'one name for both halves',
      { ...production, variables: { accessKeyId: 'K', secretAccessKey: 'K' } },
      'variables: expected a different name for each variable',
    ],
    [
      'the bundle over a half',
      { ...production, variables: { bundle: 'AWS_SECRET_ACCESS_KEY' } },
      'variables: expected a different name for each variable',
    ],
    [
      'the region over a half',
      { ...production, region: 'eu-west-1', variables: { region: 'AWS_ACCESS_KEY_ID' } },
      'variables: expected a different name for each variable',
    ],
    ['a zone for a region', { ...production, region: 'eu-west-1a' }, 'region: expected an AWS region'],
    ['an unknown setting', { ...production, secured: true }, ': Unrecognized key'],
  ])('with %s is refused, and the error names the place', (_what, target, says) => {
    expect(problems(targetSchema, target).join('\n')).toContain(says);
  });

  it('may name the region like a half while no region is delivered', () => {
    expect(problems(targetSchema, { ...production, variables: { region: 'AWS_ACCESS_KEY_ID' } })).toEqual([]);
  });
});

describe('two targets of two keys', () => {
  const uuid = (digit: number) => `{${'0'.repeat(8)}-0000-4000-8000-00000000000${digit}}`;
  const connection = { host: 'bitbucket', url: 'https://api.bitbucket.org/2.0', secret: 'a' } as const;
  const other = { ...connection, url: 'https://api.bitbucket.org:443/2.0/', secret: 'b' };
  const { environment: _none, ...inRepository } = production;
  const may = (one: object, two: object) =>
    mayShareAPlace(
      { target: parsed({ ...('type' in one ? inRepository : production), ...one }), connection },
      { target: parsed({ ...('type' in two ? inRepository : production), ...two }), connection: other },
    );
  const repository = { type: 'bitbucket-repository' };

  it.each<[string, object, object]>([
    ['the same spelling', {}, {}],
    ['a name and a UUID of the environment', {}, { environment: uuid(1) }],
    ['a name and a UUID of the repository', {}, { repository: `acme/${uuid(1)}` }],
    ['a name and a UUID of the workspace', repository, { ...repository, repository: `${uuid(1)}/web-shop` }],
    ["a repository's UUID in two workspaces", { repository: `acme/${uuid(1)}` }, { repository: `new/${uuid(1)}` }],
  ])('may be one place: %s', (_what, one, two) => {
    expect([may(one, two), may(two, one)]).toEqual([true, true]);
  });

  it.each<[string, object, object]>([
    ['two names of an environment', {}, { environment: 'Staging' }],
    ['two UUIDs of an environment', { environment: uuid(1) }, { environment: uuid(2) }],
    ['two repositories', {}, { repository: 'acme/images', environment: uuid(1) }],
    ['two levels', {}, repository],
    ['other variables', {}, { environment: uuid(1), variables: { accessKeyId: 'A', secretAccessKey: 'B' } }],
  ])('are two places: %s', (_what, one, two) => {
    expect([may(one, two), may(two, one)]).toEqual([false, false]);
  });
});

describe('a deliverTo item', () => {
  const to = { connection: 'acme' };

  it.each<[string, object, string]>([
    ['repository and environment', { repository: 'acme/web-shop', environment: 'Production' }, 'bitbucket-deployment'],
    ['a repository alone', { repository: 'acme/web-shop' }, 'bitbucket-repository'],
    ['a workspace alone', { workspace: 'acme' }, 'bitbucket-workspace'],
  ])('with %s becomes a target that the registry takes', (_what, given, type) => {
    const target = targetOf(deliverToSchema.parse({ ...to, ...given, region: 'eu-west-1' }));
    expect(target).toMatchObject({ ...to, ...given, type, region: 'eu-west-1' });
    expect(targetSchema.parse(target)).toEqual(target);
  });

  it.each<[string, object, string]>([
    ['nowhere', {}, ': expected either repository (with environment for deployment variables) or workspace'],
    ['two places', { repository: 'acme/web-shop', workspace: 'acme' }, ': expected either repository'],
    ['an environment alone', { environment: 'Production' }, ': expected either repository'],
    [
      'an environment of a workspace',
      { workspace: 'acme', environment: 'P' },
      'environment: expected repository beside',
    ],
    ['no connection', { connection: undefined, workspace: 'acme' }, 'connection: '],
    ['a workspace that leads up', { workspace: '..' }, 'workspace: expected a workspace slug'],
    ['a repository that leads up', { repository: '../..' }, 'repository: expected workspace/repository'],
    ['an environment that leads up', { repository: 'a/b', environment: '../x' }, 'environment: expected the name'],
    ['a workspace with a slash', { workspace: 'acme/web-shop' }, 'workspace: expected a workspace slug'],
    ['an unknown setting', { workspace: 'acme', env: 'Production' }, ': Unrecognized key'],
    [
      'one name for both halves',
      { workspace: 'acme', variables: { accessKeyId: 'K', secretAccessKey: 'K' } },
      'variables: expected a different name for each variable',
    ],
  ])('to %s is refused, and the error names the place', (_what, given, says) => {
    expect(problems(deliverToSchema, { ...to, ...given }).join('\n')).toContain(says);
  });

  it('is refused by rules, not for its type, where what is given does not go together', () => {
    const given = { ...to, workspace: 'acme', environment: 'P', variables: { accessKeyId: 'K', secretAccessKey: 'K' } };
    expect(deliverToSchema.safeParse(given).error?.issues.map(({ code }) => code)).toEqual(['custom', 'custom']);
  });

  it('to nowhere is refused as a whole, not at a place in it', () => {
    expect(deliverToSchema.safeParse(to).error?.issues.map(({ path }) => path)).toEqual([[]]);
  });
});

describe('a connection', () => {
  const connection = { host: 'bitbucket', url: 'https://api.bitbucket.org/2.0', secret: 'keyturn/connections/acme' };

  it.each([
    'https://api.bitbucket.org/2.0',
    'https://bitbucket.example.com:8443/rest',
    'http://127.0.0.1:7990',
    'http://localhost:7990/2.0',
    'http://[::1]:7990',
  ])('may be at %s', (url) => {
    expect(problems(connectionSchema, { ...connection, url })).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['a host in the clear', { url: 'http://bitbucket.example.com' }, 'url: expected https: a token must not travel'],
    ['a host that looks like this machine', { url: 'http://127.0.0.1.example.com' }, 'url: expected https'],
    ['words for a URL', { url: 'not a url' }, 'url: Invalid URL'],
    ['nothing for a URL', { url: '' }, 'url: '],
    ['a number for a URL', { url: 7 }, 'url: '],
    ['another scheme', { url: 'ftp://127.0.0.1' }, 'url: '],
    ['a file', { url: 'file:///etc/passwd' }, 'url: '],
    ['a query', { url: 'https://bitbucket.example.com/2.0?x=' }, 'url: expected a base URL without'],
    ['a fragment', { url: 'https://bitbucket.example.com/2.0#' }, 'url: expected a base URL without'],
    ['a user', { url: 'https://a:b@bitbucket.example.com/2.0' }, 'url: expected a base URL without'],
    ['no secret', { secret: '' }, 'secret: '],
    ['another host', { host: 'github' }, 'host: '],
    ['the token itself', { token: 'x' }, ': Unrecognized key'],
  ])('with %s is refused, and the error names the place', (_what, given, says) => {
    expect(problems(connectionSchema, { ...connection, ...given }).join('\n')).toContain(says);
  });
});

describe('the digest of a target set', () => {
  const acme: Connection = connectionSchema.parse({
    host: 'bitbucket',
    url: 'https://api.bitbucket.org/2.0',
    secret: 'keyturn/connections/acme',
  });
  const one = parsed(production);
  const two = parsed({ type: 'bitbucket-workspace', connection: 'acme', workspace: 'acme' });
  const digest = targetSetDigest([one], { acme });

  it('is short enough for a staging label', () => {
    expect(digest).toMatch(/^[0-9a-f]{16}$/);
    expect(targetSetDigest([], {})).toMatch(/^[0-9a-f]{16}$/);
  });

  it('is the same in any order of targets and of settings', () => {
    expect(targetSetDigest([two, one], { acme })).toBe(targetSetDigest([one, two], { acme }));
    const reversed = Object.fromEntries(Object.entries(one).reverse()) as TargetConfig;
    expect(targetSetDigest([reversed], { acme })).toBe(digest);
  });

  it.each<[string, TargetConfig[], Record<string, Connection>]>([
    ["the connection's secret", [one], { acme: { ...acme, secret: 'keyturn/connections/renamed' } }],
    ["the connection's name", [{ ...one, connection: 'atlassian' }], { atlassian: acme }],
    ['a connection that no target uses', [one], { acme, other: { ...acme, url: 'https://example.com' } }],
  ])('stays when only %s changes', (_what, targets, connections) => {
    expect(targetSetDigest(targets, connections)).toBe(digest);
  });

  it.each<[string, TargetConfig[], Record<string, Connection>]>([
    ['one target more', [one, two], { acme }],
    ['no target', [], { acme }],
    ['another host', [one], { acme: { ...acme, url: 'https://bitbucket.example.com' } }],
    ['another repository', [parsed({ ...production, repository: 'acme/shop' })], { acme }],
    ['another environment', [parsed({ ...production, environment: 'Staging' })], { acme }],
    [
      'another level',
      [parsed({ type: 'bitbucket-repository', connection: 'acme', repository: 'acme/web-shop' })],
      { acme },
    ],
    ['a region', [parsed({ ...production, region: 'eu-west-1' })], { acme }],
    ['a secured key ID', [parsed({ ...production, secureAccessKeyId: true })], { acme }],
    ['another name for the key ID', [parsed({ ...production, variables: { accessKeyId: 'K' } })], { acme }],
    ['another name for the secret', [parsed({ ...production, variables: { secretAccessKey: 'S' } })], { acme }],
    ['a bundle', [parsed({ ...production, variables: { bundle: 'B' } })], { acme }],
  ])('is another one with %s', (_what, targets, connections) => {
    expect(targetSetDigest(targets, connections)).not.toBe(digest);
  });
});
