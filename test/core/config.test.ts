import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configJsonSchema, configSchema, DEFAULT_SCHEDULE } from '../../functions/core/config';

const example = (name: string): unknown =>
  parse(readFileSync(new URL(`../../docs/examples/${name}`, import.meta.url), 'utf8'));
const connections = { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } };
const key = { id: 'web-shop', user: 'bitbucket-web-shop' };
const target = { connection: 'acme', repository: 'acme/web-shop', environment: 'Production' };
const problems = (config: unknown) =>
  (configSchema.safeParse(config).error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('keyturn.yaml', () => {
  it('needs one key with a user, and nothing else', () => {
    expect(configSchema.parse({ keys: [key] })).toEqual({
      connections: {},
      keys: [{ ...key, createUser: false, firstRotation: 'at-once', adopt: 'keep', deliverTo: [], readers: [] }],
      notify: [],
      schedule: DEFAULT_SCHEDULE,
      trail: 'existing',
      encryption: 'aws-managed',
      logRetentionDays: 400,
      maxRotationsPerRun: 25,
      concurrency: 4,
    });
  });

  it('talks to Bitbucket Cloud unless it names another URL', () => {
    expect(configSchema.parse({ connections, keys: [key] }).connections.acme?.bitbucket.url).toBe(
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
    const bitbucket = { secret, ...(encryptionKey === undefined ? {} : { encryptionKey }) };

    expect(problems({ connections: { a: { bitbucket } }, keys: [key] })).toEqual([]);
  });

  it('keeps the defaults of a schedule that is given in part', () => {
    expect(configSchema.parse({ keys: [key], schedule: { rotate: 'rate(1 day)' } }).schedule).toEqual({
      ...DEFAULT_SCHEDULE,
      rotate: 'rate(1 day)',
    });
  });

  it.each(['keyturn.yaml', 'many-keys.yaml'])('of the documentation (%s) is sound', (name) => {
    expect(problems(example(name))).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, ': '],
    ['a list', [], ': '],
    ['no keys', { connections }, 'keys: '],
    ['an empty list of keys', { keys: [] }, 'keys: '],
    ['an unknown setting', { keys: [key], rotate: 90 }, ': Unrecognized key: "rotate"'],
    ['an unknown setting of a key', { keys: [{ ...key, target: 'x' }] }, 'keys.0: Unrecognized key: "target"'],
    ['an id in upper case', { keys: [{ ...key, id: 'WebShop' }] }, 'keys.0.id: expected lower-case letters'],
    ['a key without user', { keys: [{ id: 'web-shop' }] }, 'keys.0.user: '],
    [
      'two keys with one id',
      { keys: [key, { ...key, user: 'other' }] },
      'keys.1.id: expected an id of its own; "web-shop" is taken',
    ],
    [
      'two keys with one user',
      { keys: [key, { ...key, id: 'second' }] },
      'keys.1.user: expected a user of its own; bitbucket-web-shop belongs to the key "web-shop"',
    ],
    [
      'an unknown connection',
      { connections, keys: [{ ...key, deliverTo: [{ ...target, connection: 'amce' }] }] },
      'keys.0.deliverTo.0.connection: expected one of the connections (acme), found "amce"',
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
      'a policy out of order',
      { keys: [key], policy: { deactivateAfter: 80 } },
      'policy.deactivateAfter: deactivateAfter (80) must be at least one day more than rotateAfter (90)',
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
    ['a URL in words', { connections: { a: { bitbucket: { secret: 's', url: 'nowhere' } } }, keys: [key] }, 'a.bitbu'],
    [
      'a URL in the clear',
      { connections: { a: { bitbucket: { secret: 's', url: 'http://bitbucket.example.com' } } }, keys: [key] },
      'connections.a.bitbucket.url: expected https',
    ],
    ['a connection without host', { connections: { a: {} }, keys: [key] }, 'connections.a.bitbucket: '],
    ['a connection named with a slash', { connections: { 'a/b': connections.acme }, keys: [key] }, 'connections.a/b: '],
    [
      'a KMS alias for an ARN',
      { connections: { a: { bitbucket: { secret: 's', encryptionKey: 'alias/x' } } }, keys: [key] },
      'connections.a.bitbucket.encryptionKey: ',
    ],
    ...(
      [
        ['*'],
        ['keyturn/*'],
        ['keyturn/connections/acm?'],
        ['keyturn connections'],
        [`a${'b'.repeat(512)}`],
        ['arn:aws:secretsmanager:eu-west-1:111122223333:secret:keyturn/connections/acme'],
        ['arn:aws:secretsmanager:eu-west-1:111122223333:secret:keyturn/connections/acme-??????'],
        ['arn:aws:secretsmanager:*:*:secret:keyturn/connections/acme-a1B2c3'],
        ['arn:aws:iam::111122223333:role/acme-a1B2c3'],
      ] as const
    ).map(([secret]): [string, unknown, string] => [
      `the secret ${secret} of a connection`,
      { connections: { a: { bitbucket: { secret } } }, keys: [key] },
      'connections.a.bitbucket.secret: expected the name of one secret, or its whole ARN with the six characters',
    ]),
    ...(
      [
        ['arn:aws:kms:*:*:key/*'],
        ['arn:aws:kms:eu-west-1:111122223333:key/*'],
        ['arn:aws:kms:eu-west-1:111122223333:alias/acme'],
        ['arn:aws:kms:eu-west-1:111122223333:key/1234'],
      ] as const
    ).map(([encryptionKey]): [string, unknown, string] => [
      `the key ${encryptionKey} of a connection`,
      { connections: { a: { bitbucket: { secret: 's', encryptionKey } } }, keys: [key] },
      'connections.a.bitbucket.encryptionKey: expected the ARN of one KMS key',
    ]),
    ['a reader that is no ARN', { keys: [{ ...key, readers: ['deployer'] }] }, 'keys.0.readers.0: '],
    ['a name for an e-mail address', { keys: [key], notify: ['security'] }, 'notify.0: '],
    ['a bare cron line', { keys: [key], schedule: { rotate: '0 3 * * *' } }, 'schedule.rotate: expected rate(…)'],
    [
      'a rotation every 90 days',
      { keys: [key], schedule: { rotate: 'rate(90 days)' } },
      'schedule.rotate: expected a run at least every day, because a run acts on each key by its own age',
    ],
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
    ['another trail', { keys: [key], trail: 'none' }, 'trail: '],
    ['no rotations at all', { keys: [key], maxRotationsPerRun: 0 }, 'maxRotationsPerRun: '],
    ['too many at a time', { keys: [key], concurrency: 21 }, 'concurrency: '],
    [
      'one variable for both halves',
      {
        connections,
        keys: [{ ...key, deliverTo: [{ ...target, variables: { accessKeyId: 'K', secretAccessKey: 'K' } }] }],
      },
      'keys.0.deliverTo.0.variables: expected a different name for each variable',
    ],
  ])('with %s is refused, and the error names the place', (_what, config, says) => {
    expect(problems(config).join('\n')).toContain(says);
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

describe('the JSON Schema of keyturn.yaml', () => {
  const schema = configJsonSchema();
  const validate = new Ajv2020({ strict: false, formats: { email: true, uri: true } }).compile(schema);

  it('is a draft 2020-12 schema with a title', () => {
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'keyturn.yaml',
      type: 'object',
      required: ['keys'],
    });
  });

  it.each(['keyturn.yaml', 'many-keys.yaml'])('takes the example of the documentation (%s)', (name) => {
    expect(validate(example(name)), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each<[string, unknown, string]>([
    ['an unknown setting', { keys: [key], rotate: 90 }, ''],
    ['an unknown setting of a key', { keys: [{ ...key, target: 'x' }] }, '/keys/0'],
    ['an unknown setting of a policy', { keys: [key], policy: { rotate: 90 } }, '/policy'],
    ['an unknown variable', { keys: [{ ...key, deliverTo: [{ ...target, variables: { a: 'A' } }] }] }, '/variables'],
    ['an unknown host', { connections: { a: { github: {} } }, keys: [key] }, '/connections/a'],
    ['no keys', {}, ''],
    ['an id in upper case', { keys: [{ ...key, id: 'WebShop' }] }, '/keys/0/id'],
    ['half a day', { keys: [key], policy: { rotateAfter: 0.5 } }, '/policy/rotateAfter'],
  ])('refuses %s at its place', (_what, config, place) => {
    expect(validate(config)).toBe(false);
    expect(validate.errors?.at(-1)?.instancePath).toContain(place);
  });

  it('says what each setting of a key is for', () => {
    const properties = JSON.parse(JSON.stringify(schema)).properties.keys.items.properties as Record<
      string,
      { description?: string }
    >;
    for (const [name, { description }] of Object.entries(properties)) {
      expect(description, name).toMatch(/\.$/);
    }
  });
});
