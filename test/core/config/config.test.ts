import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configJsonSchema, configSchema } from '../../../functions/core/config/config';
import { DEFAULT_SCHEDULE } from '../../../functions/core/config/schedule-config';
import { deliverToJsonSchema } from '../../../functions/core/hosts/target';

const example = (name: string): unknown =>
  parse(readFileSync(new URL(`../../../docs/examples/${name}`, import.meta.url), 'utf8'));
const connections = { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } };
const key = { id: 'web-shop', user: 'bitbucket-web-shop' };
const role = {
  name: 'web-shop-deploy',
  bitbucket: {
    workspace: 'acme',
    workspaceUuid: '{0f9b2b1e-7a0c-4a52-9b9e-3a1c6a1d2e31}',
    repositoryUuid: '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}',
    anyStep: true,
  },
};
const target = { connection: 'acme', repository: 'acme/web-shop', environment: 'Production' };
const NODE = 'i-0123456789abcdef0';
const NODES =
  'keys.0.deliverTo.1.dataCenter: expected no replacedBy beside the nodes of a Data Center, found ' +
  `${NODE}: they read the key when they start, and the next start would be with one that is Inactive, or gone`;
const unknown = { ...target, connection: 'amce' };
const problems = (config: unknown) =>
  (configSchema.safeParse(config).error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('keyturn.yaml', () => {
  it('needs one key with a user, and nothing else', () => {
    expect(configSchema.parse({ keys: [key] })).toEqual({
      connections: {},
      keys: [
        {
          ...key,
          createUser: false,
          secret: 'create',
          firstRotation: 'at-once',
          adopt: 'keep',
          deliverTo: [],
          readers: [],
        },
      ],
      mode: 'rotate',
      notify: [],
      schedule: DEFAULT_SCHEDULE,
      trail: 'existing',
      encryption: 'aws-managed',
      deployment: { mayReadSecrets: false, rolePath: '/' },
      audit: { exceptions: [], logGroup: 'create', retentionDays: 400 },
      alarms: {
        overdueDays: 3,
        undeliveredHours: 2,
        silentDailyHours: 26,
        silentReconcileHours: 3,
        failedRuns: 1,
        deadLetters: 0,
        tokenExpiresInDays: 14,
        runbooks: 'docs/operate/runbooks/',
        off: [],
      },
      logRetentionDays: 400,
      operators: false,
      exposed: false,
      onExposed: 'rotate',
      maxRotationsPerRun: 25,
      drift: 'repair',
      concurrency: 4,
    });
  });

  it('talks to Bitbucket Cloud unless it names another URL', () => {
    expect(configSchema.parse({ connections, keys: [key] }).connections.acme?.bitbucket?.url).toBe(
      'https://api.bitbucket.org/2.0',
    );
  });

  it.each([
    ['keyturn/connections/acme', undefined],
    ['Acme_1+2=3.@', 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'],
    [
      'arn:aws-us-gov:secretsmanager:us-gov-west-1:111122223333:secret:team/acme-a1B2c3',
      'arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab',
    ],
  ])('takes the secret %s and the KMS key %s for a connection', (secret, encryptionKey) => {
    const bitbucket = { secret, encryptionKey };

    expect(problems({ connections: { a: { bitbucket } }, keys: [key] })).toEqual([]);
  });

  it('keeps the defaults of a schedule that is given in part', () => {
    expect(configSchema.parse({ keys: [key], schedule: { rotate: 'rate(1 day)' } }).schedule).toEqual({
      ...DEFAULT_SCHEDULE,
      rotate: 'rate(1 day)',
    });
  });

  it.each(['keyturn.yaml', 'many-keys.yaml', 'function-host.yaml', 'keyless.yaml'])(
    'of the documentation (%s) is sound',
    (name) => {
      expect(problems(example(name))).toEqual([]);
    },
  );

  it.each<[string, unknown, string]>([
    ['nothing', undefined, ': '],
    [
      'an unknown connection among several',
      { connections: { ...connections, other: connections.acme }, keys: [{ ...key, deliverTo: [unknown] }] },
      'keys.0.deliverTo.0.connection: expected one of the connections (acme, other), found "amce"',
    ],
    [
      'no connection at all',
      { keys: [{ ...key, deliverTo: [target] }] },
      'keys.0.deliverTo.0.connection: expected one of the connections (there are none), found "acme"',
    ],
    [
      'a connection by a name that every object has',
      { connections, keys: [{ ...key, deliverTo: [{ ...target, connection: 'constructor' }] }] },
      'keys.0.deliverTo.0.connection: expected one of the connections (acme)',
    ],
    [
      "a key's policy out of order",
      { keys: [key, { id: 'b', user: 'b', policy: { deleteAfter: 95 } }] },
      'keys.1.policy.deleteAfter: deleteAfter (95)',
    ],
    [
      "a key's policy that does not fit the file's",
      { keys: [{ ...key, policy: { rotateAfter: 60 } }], policy: { deleteAfter: 130 } },
      'policy.deleteAfter: deleteAfter − rotateAfter (70) must be less than rotateAfter (60)',
    ],
    [
      "a key's policy that does not fit the defaults",
      { keys: [{ ...key, policy: { rotateAfter: 100 } }] },
      'keys.0.policy.deactivateAfter: deactivateAfter (100)',
    ],
    ['a connection without host', { connections: { a: {} }, keys: [key] }, 'connections.a.bitbucket: '],
    ['a connection named with a slash', { connections: { 'a/b': connections.acme }, keys: [key] }, 'connections.a/b: '],
    ...[
      '*',
      'keyturn/*',
      'keyturn/connections/acm?',
      'keyturn connections',
      `a${'b'.repeat(512)}`,
      'arn:aws:secretsmanager:eu-west-1:111122223333:secret:keyturn/connections/acme',
      'arn:aws:secretsmanager:eu-west-1:111122223333:secret:keyturn/connections/acme-??????',
      'arn:aws:secretsmanager:*:*:secret:keyturn/connections/acme-a1B2c3',
      'arn:aws:iam::111122223333:role/acme-a1B2c3',
    ].map((secret): [string, unknown, string] => [
      `the secret ${secret} of a connection`,
      { connections: { a: { bitbucket: { secret } } }, keys: [key] },
      'connections.a.bitbucket.secret: expected the name of one secret, or its whole ARN with the six characters',
    ]),
    ...[
      'arn:aws:kms:*:*:key/*',
      'arn:aws:kms:eu-west-1:111122223333:key/*',
      'arn:aws:kms:eu-west-1:111122223333:alias/acme',
      'arn:aws:kms:eu-west-1:111122223333:key/1234',
    ].map((encryptionKey): [string, unknown, string] => [
      `the key ${encryptionKey} of a connection`,
      { connections: { a: { bitbucket: { secret: 's', encryptionKey } } }, keys: [key] },
      'connections.a.bitbucket.encryptionKey: expected the ARN of one KMS key',
    ]),
    ['a reader that is no ARN', { keys: [{ ...key, readers: ['deployer'] }] }, 'keys.0.readers.0: '],
    ['a bare cron line', { keys: [key], schedule: { rotate: '0 3 * * *' } }, 'schedule.rotate: expected rate(…)'],
    [
      'a deletion on Mondays',
      { keys: [key], schedule: { delete: 'cron(0 3 ? * MON *)' } },
      'schedule.delete: expected cron(<minutes> <hours> * * ? *), which comes every day',
    ],
    [
      'a daily reconciliation',
      { keys: [key], schedule: { reconcile: 'rate(1 day)' } },
      'schedule.reconcile: expected a run at least every hour',
    ],
    ['an unknown schedule', { keys: [key], schedule: { sync: 'rate(1 hour)' } }, 'schedule: Unrecognized key'],
    ['no rotations at all', { keys: [key], maxRotationsPerRun: 0 }, 'maxRotationsPerRun: '],
  ])('with %s is refused, and the error names the place', (_what, config, says) => {
    expect(problems(config).join('\n')).toContain(says);
  });

  it('blames the policy of the file once, and not each key that has another setting of its own', () => {
    const keys = [{ ...key, policy: { idleFor: 1 } }];
    expect(problems({ keys, policy: { deactivateAfter: 80 } })).toEqual([
      expect.stringContaining('policy.deactivateAfter: deactivateAfter (80) must be at least one day more'),
    ]);
  });

  it('blames both, the policy of the file and that of a key, where each is wrong in its own way', () => {
    const keys = [{ ...key, policy: { rotateAfter: 85 } }];
    expect(problems({ keys, policy: { deactivateAfter: 80 } })).toEqual([
      expect.stringContaining('policy.deactivateAfter: deactivateAfter (80) must be at least one day more'),
      expect.stringContaining('keys.0.policy.deactivateAfter: deactivateAfter (80) must be at least one day more'),
    ]);
  });

  it.each<[string, object, readonly string[]]>([
    ['one of the keys', { key: 'second' }, []],
    ['a user, managed or not', { user: 'anybody' }, []],
    [
      'a key that there is not',
      { key: 'third' },
      ['audit.exceptions.0.key: expected the id of one of the keys, or user, found "third"'],
    ],
  ])('takes an accepted exception for %s', (_what, about, found) => {
    const terms = {
      control: 'cis-1.14',
      approver: 'Ada',
      reason: 'moves to roles',
      approvedOn: '2026-03-01',
      until: '2026-04-01',
    };
    const keys = [key, { id: 'second', user: 'second' }];
    expect(problems({ keys, audit: { exceptions: [{ ...about, ...terms }] } })).toEqual(found);
  });

  it.each<[string, object, readonly string[]]>([
    [
      'nodes of a Data Center',
      { deliverTo: [target, { dataCenter: { document: 'restart', nodes: [NODE] } }] },
      [NODES],
    ],
    ['nodes that no role is to replace', { deliverTo: [{ dataCenter: { document: 'restart', nodes: [NODE] } }] }, []],
    ['an environment of Bitbucket', { deliverTo: [target] }, []],
  ])('K1: refuses roles in place of a key that is given to %s', (what, given, found) => {
    const replacedBy = what.startsWith('nodes that') ? undefined : { roles: ['arn:aws:iam::111122223333:role/deploy'] };
    const connections = { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } };
    expect(problems({ connections, keys: [{ ...key, ...given, replacedBy }] })).toEqual(found);
  });

  it.each([
    ['eu-west-1', true],
    ['us-gov-west-1', true],
    ['eusc-de-east-1', true],
    ['us-isob-east-1', true],
    ['ap-southeast-12', true],
    ['eu-west', false],
    ['EU-WEST-1', false],
    ['eu-west-1a', false],
    ['frankfurt', false],
  ])('knows whether %s is a region, wherever one stands', (region, isOne) => {
    const connections = { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } };
    const places = [{ ...target, region }, { dataCenter: { document: 'restart', nodes: [NODE], region } }];
    const found = problems({ connections, keys: [{ ...key, deliverTo: places }] });
    const message = 'region: expected an AWS region, such as eu-west-1';
    expect(found).toEqual(isOne ? [] : [`keys.0.deliverTo.0.${message}`, `keys.0.deliverTo.1.dataCenter.${message}`]);
  });

  it('takes as many roles in place of a key as it has targets at most', () => {
    const roles = (count: number) => Array.from({ length: count }, (_, at) => `arn:aws:iam::111122223333:role/r${at}`);
    const replaced = (count: number) => ({ keys: [{ ...key, replacedBy: { roles: roles(count) } }] });
    expect(problems(replaced(50))).toEqual([]);
    expect(problems(replaced(51))).toEqual([expect.stringContaining('keys.0.replacedBy.roles: ')]);
  });

  it('says that words are no URL, and nothing about https', () => {
    const bitbucket = { secret: 's', url: 'nowhere' };
    expect(problems({ connections: { a: { bitbucket } }, keys: [key] })).toEqual([
      'connections.a.bitbucket.url: Invalid URL',
    ]);
  });

  it('tells everything that is wrong at once', () => {
    const wrong = {
      keys: [
        { ...key, deliverTo: [target] },
        { ...key, policy: { idleFor: 50 } },
      ],
    };
    expect(problems(wrong).map((problem) => problem.split(':')[0])).toEqual([
      'keys.0.deliverTo.0.connection',
      'keys.1.id',
      'keys.1.user',
      'keys.1.policy.idleFor',
    ]);
  });
});

describe('K1: two keys that are delivered to the same variables', () => {
  const elsewhere = { bitbucket: { ...connections.acme.bitbucket, url: 'https://bitbucket.example.com' } };
  const two = { ...connections, same: connections.acme, elsewhere };
  const problemsOf = (...targets: readonly object[]) =>
    problems({
      connections: two,
      keys: targets.map((to, n) => ({ id: `key-${n}`, user: `user-${n}`, deliverTo: [to] })),
    });
  const overwrites = (variable: string) => [
    `keys.1.deliverTo.0.variables: expected variables that nothing else writes; ${variable} of bitbucket acme/web-shop ` +
      `environment Production belongs to the key "key-0" already (deliverTo[0]: ${variable} of bitbucket ` +
      'acme/web-shop environment Production), and the two would overwrite each other',
  ];

  it.each<[string, object]>([
    ['in the same place', target],
    ['by another connection to the same host', { ...target, connection: 'same' }],
    ['by the ID alone', { ...target, variables: { secretAccessKey: 'OTHER' } }],
  ])('%s are refused, because they would overwrite each other', (_what, second) => {
    expect(problemsOf(target, second)).toEqual(overwrites('AWS_ACCESS_KEY_ID'));
  });

  it('are refused in another spelling too: Bitbucket makes no difference between upper and lower case', () => {
    expect(problemsOf(target, { ...target, repository: 'Acme/Web-Shop', environment: 'PRODUCTION' })).toEqual([
      expect.stringContaining('AWS_ACCESS_KEY_ID of bitbucket Acme/Web-Shop environment PRODUCTION belongs to the key'),
    ]);
  });

  const uuid = '7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10';
  const braced = { ...target, environment: `{${uuid}}` };
  const at = (url: string) => ({ bitbucket: { ...connections.acme.bitbucket, url } });

  it.each<[string, object, object, object?]>([
    ['with .git at its end', target, { ...target, repository: 'acme/web-shop.git' }],
    ['with a workspace in capitals', target, { ...target, repository: 'ACME/web-shop' }],
    ['by a UUID without braces', braced, { ...target, environment: uuid }],
    ['by a UUID in capitals', braced, { ...target, environment: `{${uuid.toUpperCase()}}` }],
    ['through a URL with a slash at its end', target, target, at('https://api.bitbucket.org/2.0/')],
    ['through a URL with the port that goes without saying', target, target, at('https://api.bitbucket.org:443/2.0')],
    ['through a URL in capitals', target, target, at('HTTPS://API.Bitbucket.ORG/2.0')],
    ['through a URL whose host ends in a dot', target, target, at('https://api.bitbucket.org./2.0')],
  ])('are refused in two spellings of one place: %s', (_what, one, other, spelled = connections.acme) => {
    const found = problems({
      connections: { ...connections, spelled },
      keys: [
        { id: 'one', user: 'user-one', deliverTo: [one] },
        { id: 'two', user: 'user-two', deliverTo: [{ ...other, connection: 'spelled' }] },
      ],
    });
    expect(found).toEqual([
      expect.stringMatching(
        /^keys\.1\.deliverTo\.0\.variables: .* belongs to the key "one" already \(deliverTo\[0\]: /,
      ),
    ]);
  });

  it('and two targets of one key are refused alike', () => {
    const found = problems({
      connections,
      keys: [{ id: 'one', user: 'user', deliverTo: [target, { ...target, repository: 'acme/web-shop.git' }] }],
    });
    expect(found).toEqual([expect.stringMatching(/^keys\.0\.deliverTo\.1\.variables: .*\(deliverTo\[0\]: /)]);
  });

  it('are refused for the region and for the bundle alone', () => {
    const others = { accessKeyId: 'A', secretAccessKey: 'B' };
    const region = { ...target, region: 'eu-west-1' };
    expect(problemsOf(region, { ...region, variables: others })).toEqual(overwrites('AWS_DEFAULT_REGION'));
    const bundle = { ...target, variables: { bundle: 'AWS' } };
    expect(problemsOf(bundle, { ...target, variables: { ...others, bundle: 'AWS' } })).toEqual(overwrites('AWS'));
  });

  it.each<[string, object]>([
    ['another environment', { ...target, environment: 'Staging' }],
    ['another repository', { ...target, repository: 'acme/images' }],
    ['the repository, not the environment', { connection: 'acme', repository: 'acme/web-shop' }],
    ['another host', { ...target, connection: 'elsewhere' }],
    ['other names', { ...target, variables: { accessKeyId: 'A', secretAccessKey: 'B' } }],
  ])('are two where the second goes to %s', (_what, second) => {
    expect(problemsOf(target, second)).toEqual([]);
  });

  it('may share the name of a region that only one of them delivers', () => {
    const others = { accessKeyId: 'A', secretAccessKey: 'B' };
    expect(problemsOf({ ...target, region: 'eu-west-1' }, { ...target, variables: others })).toEqual([]);
  });

  it('are refused in one key as well', () => {
    expect(problems({ connections, keys: [{ ...key, deliverTo: [target, target] }] })).toEqual([
      expect.stringContaining('keys.0.deliverTo.1.variables: expected variables that nothing else writes'),
    ]);
  });
});

describe('the JSON Schema of keyturn.yaml', () => {
  const schema = configJsonSchema();
  const validate = new Ajv2020({ strict: false, formats: { email: true, uri: true } }).compile(schema);

  it('is made with what it is about, and has the default that hosts hide', () => {
    const made = configJsonSchema();
    expect(made).toMatchObject({
      title: 'keyturn.yaml',
      description: 'Which AWS access keys Keyturn rotates, and where it delivers them.',
      properties: { keys: { items: { properties: { deliverTo: { default: [] }, adopt: { default: 'keep' } } } } },
    });
    expect(deliverToJsonSchema()).toMatchObject({
      if: { anyOf: [{ required: ['function'] }] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { required: ['function'] },
      else: {
        if: { anyOf: [{ required: ['dataCenter'] }] },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: { required: ['dataCenter'] },
        else: { required: ['connection'] },
      },
    });
  });

  it('is a draft 2020-12 schema with a title', () => {
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'keyturn.yaml',
      type: 'object',
    });
  });

  it.each(['keyturn.yaml', 'many-keys.yaml', 'function-host.yaml', 'keyless.yaml'])(
    'takes the example of the documentation (%s)',
    (name) => {
      expect(validate(example(name)), JSON.stringify(validate.errors)).toBe(true);
    },
  );

  it.each([{ roles: [role] }, { keys: [], roles: [role] }])('takes roles without keys', (config) => {
    expect(validate(config), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each<[string, unknown, string]>([
    ['an unknown setting', { keys: [key], rotate: 90 }, ''],
    ['an unknown setting of a key', { keys: [{ ...key, target: 'x' }] }, '/keys/0'],
    ['an unknown setting of a policy', { keys: [key], policy: { rotate: 90 } }, '/policy'],
    ['an unknown variable', { keys: [{ ...key, deliverTo: [{ ...target, variables: { a: 'A' } }] }] }, '/variables'],
    ['an unknown host', { connections: { a: { github: {} } }, keys: [key] }, '/connections/a'],
    ['no keys', {}, ''],
    ['an empty list of keys', { keys: [] }, ''],
    ['an id in upper case', { keys: [{ ...key, id: 'WebShop' }] }, '/keys/0/id'],
    ['half a day', { keys: [key], policy: { rotateAfter: 0.5 } }, '/policy/rotateAfter'],
  ])('refuses %s at its place', (_what, config, place) => {
    expect(validate(config)).toBe(false);
    expect(validate.errors?.at(-1)?.instancePath).toContain(place);
  });

  it('says what each setting of a key is for, and what holds without it', () => {
    const properties = JSON.parse(JSON.stringify(schema)).properties.keys.items.properties as Record<
      string,
      { description?: string; default?: unknown }
    >;
    expect(properties).toMatchObject({ deliverTo: { default: [] }, adopt: { default: 'keep' } });
    for (const [name, { description }] of Object.entries(properties)) {
      expect(description, name).toMatch(/\.$/);
    }
  });
});
