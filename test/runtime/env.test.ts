import { expect, it } from 'vitest';
import { settingsFrom } from '../../functions/runtime/env';

const TOPIC = {
  KEYTURN_TOPIC_ARN: 'arn:aws:sns:eu-west-1:111122223333:findings',
  KEYTURN_RELEASE: '0.1.0+0123456789ab',
  KEYTURN_STACKS: 'Keyturn',
  KEYTURN_SEAL_KEY: 'arn:aws:kms:eu-west-1:111122223333:key/seal',
};

it('settings have defaults for all but the topic and the release', () => {
  expect(settingsFrom(TOPIC)).toMatchObject({
    registryPath: '/keyturn/keys/',
    topicArn: TOPIC.KEYTURN_TOPIC_ARN,
    maxRotations: 25,
    concurrency: 4,
    tokenExpiresInDays: 14,
    runbooks: 'docs/operate/runbooks/',
    release: TOPIC.KEYTURN_RELEASE,
    sealKey: TOPIC.KEYTURN_SEAL_KEY,
    allowedOrigins: new Set(),
    deployedBy: { stacks: new Set(['Keyturn']), existing: new Set() },
  });
});

it('settings are what the stack says', () => {
  const env = {
    ...TOPIC,
    KEYTURN_REGISTRY_PATH: '/other/',
    KEYTURN_MAX_ROTATIONS: '3',
    KEYTURN_CONCURRENCY: '12',
    KEYTURN_TOKEN_EXPIRES_IN_DAYS: '30',
    KEYTURN_RUNBOOKS: 'https://example.com/runbooks/',
    KEYTURN_ALLOWED_ORIGINS: 'https://api.bitbucket.org,https://bitbucket.example.com',
    KEYTURN_STACKS: 'Keyturn,KeyturnKeys1',
    KEYTURN_EXISTING_SECRETS: 'shop,images',
  };
  expect(settingsFrom(env)).toMatchObject({
    registryPath: '/other/',
    maxRotations: 3,
    concurrency: 12,
    tokenExpiresInDays: 30,
    runbooks: 'https://example.com/runbooks/',
    allowedOrigins: new Set(['https://api.bitbucket.org', 'https://bitbucket.example.com']),
    deployedBy: { stacks: new Set(['Keyturn', 'KeyturnKeys1']), existing: new Set(['shop', 'images']) },
  });
});

it('tokens and keys may be sent to the hosts that the stack names, and to none when it names none', () => {
  const origins = (value: string) => [...settingsFrom({ ...TOPIC, KEYTURN_ALLOWED_ORIGINS: value }).allowedOrigins];

  expect(origins('https://api.bitbucket.org,https://bitbucket.example.com')).toEqual([
    'https://api.bitbucket.org',
    'https://bitbucket.example.com',
  ]);
  expect(origins('')).toEqual([]);
});

it.each([
  ['KEYTURN_TOPIC_ARN', undefined],
  ['KEYTURN_TOPIC_ARN', ''],
  ['KEYTURN_MAX_ROTATIONS', '0'],
  ['KEYTURN_MAX_ROTATIONS', '-1'],
  ['KEYTURN_MAX_ROTATIONS', '2.5'],
  ['KEYTURN_MAX_ROTATIONS', '1e3'],
  ['KEYTURN_MAX_ROTATIONS', ''],
  ['KEYTURN_CONCURRENCY', 'many'],
  ['KEYTURN_CONCURRENCY', ' 4'],
  ['KEYTURN_CONCURRENCY', '123456'],
  ['KEYTURN_TOKEN_EXPIRES_IN_DAYS', '0'],
  ['KEYTURN_RELEASE', undefined],
  ['KEYTURN_RELEASE', ''],
  ['KEYTURN_SEAL_KEY', undefined],
  ['KEYTURN_SEAL_KEY', ''],
  ['KEYTURN_STACKS', undefined],
  ['KEYTURN_STACKS', ''],
])('%s = %o is an error that names the variable and the cure', (name, value) => {
  expect(() => settingsFrom({ ...TOPIC, [name]: value })).toThrow(
    expect.objectContaining({
      code: 'invalid-config',
      message: expect.stringMatching(new RegExp(`${name}.*Deploy the stack again`)),
    }),
  );
});
