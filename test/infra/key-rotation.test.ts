import { App, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { FUNCTION_NAMES } from '../../functions/core/names';
import { type Encryption, KeyRotation, type Trail } from '../../infra';
import { mayAdministrator, mayFunction, roleOf } from './access';
import { ACCOUNT, deployed, REGION, roleArn } from './deployed';
import {
  ACME,
  bundles,
  errorsOf,
  ONE_KEY,
  resourcesOf,
  rotationIn,
  stackOf,
  synthesize,
  templateOf,
} from './synthesized';

const template = synthesize(ONE_KEY);

describe('the functions', () => {
  const functions = resourcesOf(template, 'AWS::Lambda::Function');

  it('run on Node.js 24 and arm64, with enough time, their names from the environment and legible stack traces', () => {
    expect(functions.map(({ id }) => id.replace(/^KeyRotation(\w+)Function.*$/, '$1'))).toEqual([
      'Rotate',
      'Deactivate',
      'Delete',
      'Sync',
    ]);
    for (const { id, Properties } of functions) {
      expect(Properties, id).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        MemorySize: 256,
        // The longest that Lambda allows for sync: a host that fails in the worst way takes ten minutes of it.
        Timeout: id.includes('Sync') ? 900 : 300,
        Environment: {
          Variables: {
            KEYTURN_REGISTRY_PATH: '/keyturn/keys/',
            KEYTURN_TOPIC_ARN: { Ref: expect.stringContaining('Topic') },
            KEYTURN_MAX_ROTATIONS: '25',
            KEYTURN_CONCURRENCY: '4',
            KEYTURN_RUNBOOKS: 'docs/operate/runbooks/',
            NODE_OPTIONS: '--enable-source-maps',
          },
        },
      });
      // New accounts have ten concurrent executions in all: a reservation would fail to deploy.
      expect(Properties.ReservedConcurrentExecutions, id).toBeUndefined();
      expect(Properties.TracingConfig, id).toBeUndefined();
    }
  });

  it('pass the settings on', () => {
    const own = synthesize({ ...ONE_KEY, maxRotationsPerRun: 3, concurrency: 7 });

    for (const { Properties } of resourcesOf(own, 'AWS::Lambda::Function')) {
      expect(Properties.Environment).toMatchObject({
        Variables: { KEYTURN_MAX_ROTATIONS: '3', KEYTURN_CONCURRENCY: '7' },
      });
    }
  });

  it('may send tokens and keys to the hosts of the connections that are used, and only sync may', () => {
    const own = synthesize({
      connections: {
        ...ACME,
        second: { bitbucket: { secret: 'second' } },
        here: { bitbucket: { secret: 'here', url: 'http://127.0.0.1:7990/2.0' } },
        unused: { bitbucket: { secret: 'unused', url: 'https://bitbucket.example.com/2.0' } },
      },
      keys: [
        {
          id: 'one',
          user: 'one',
          deliverTo: [
            { connection: 'here', workspace: 'acme' },
            { connection: 'second', repository: 'acme/second' },
            { connection: 'acme', workspace: 'acme' },
          ],
        },
      ],
    });
    const origins = (of: typeof own) =>
      resourcesOf(of, 'AWS::Lambda::Function').map(
        ({ Properties }) =>
          (Properties.Environment as { readonly Variables: Readonly<Record<string, unknown>> }).Variables
            .KEYTURN_ALLOWED_ORIGINS,
      );

    expect(origins(own)).toEqual([undefined, undefined, undefined, 'http://127.0.0.1:7990,https://api.bitbucket.org']);
    expect(origins(synthesize({ keys: [{ id: 'one', user: 'one' }] }))).toEqual(Array(4).fill(undefined));
  });

  it('have a log each, which is kept for 400 days unless configured, and longer than the function', () => {
    const logGroups = (of: typeof template) =>
      resourcesOf(of, 'AWS::Logs::LogGroup').filter(({ id }) => !id.includes('AuditLog'));
    const groups = logGroups(template);
    const used = functions.map(({ Properties }) => JSON.stringify(Properties.LoggingConfig));

    expect(groups).toHaveLength(4);
    for (const { id, Properties, DeletionPolicy } of groups) {
      expect(Properties.RetentionInDays).toBe(400);
      // A first deployment that fails takes it back.
      expect(DeletionPolicy).toBe('RetainExceptOnCreate');
      expect(used.filter((config) => config.includes(id))).toHaveLength(1);
    }
    const own = logGroups(synthesize({ ...ONE_KEY, logRetentionDays: 731 }));
    expect(own.map(({ Properties }) => Properties.RetentionInDays)).toEqual([731, 731, 731, 731]);
  });

  it('try a failed run twice more, then keep its event and tell people', async () => {
    const configs = resourcesOf(template, 'AWS::Lambda::EventInvokeConfig');

    expect(configs).toHaveLength(4);
    for (const { Properties } of configs) {
      expect(Properties).toMatchObject({
        MaximumRetryAttempts: 2,
        MaximumEventAgeInSeconds: 3600,
        DestinationConfig: { OnFailure: { Destination: { Ref: expect.stringContaining('Topic') } } },
      });
    }
    for (const { Properties } of functions) {
      expect(JSON.stringify(Properties.DeadLetterConfig)).toContain('FailedRuns');
    }
    // Lambda sends both with the function's own role.
    for (const name of FUNCTION_NAMES) {
      const topic = deployed(template, { Ref: resourcesOf(template, 'AWS::SNS::Topic')[0]?.id });
      const queue = resourcesOf(template, 'AWS::SQS::Queue').find(({ id }) => id.includes('FailedRuns'));
      const queueArn = deployed(template, { 'Fn::GetAtt': [queue?.id, 'Arn'] });
      expect(await mayFunction(template, name, { action: 'sns:Publish', resource: String(topic) })).toBe(true);
      expect(await mayFunction(template, name, { action: 'sqs:SendMessage', resource: String(queueArn) })).toBe(true);
    }
  });

  it('need their bundles', () => {
    const stack = new Stack(new App(), 'Keyturn');
    rotationIn(stack, { bundles: '/nowhere' });

    expect(errorsOf(stack)).toHaveLength(4);
    expect(errorsOf(stack)[0]).toContain('Run "npm run build" first.');
  });
});

describe('the topic and the queues', () => {
  it('are encrypted and refuse unencrypted transport', () => {
    const [topic] = resourcesOf(template, 'AWS::SNS::Topic');
    const [key] = resourcesOf(template, 'AWS::KMS::Key');
    const queues = resourcesOf(template, 'AWS::SQS::Queue');
    const policies = [
      ...resourcesOf(template, 'AWS::SNS::TopicPolicy'),
      ...resourcesOf(template, 'AWS::SQS::QueuePolicy'),
    ];

    expect(topic?.Properties.KmsMasterKeyId).toEqual({ 'Fn::GetAtt': [key?.id, 'Arn'] });
    expect(key?.Properties.EnableKeyRotation).toBe(true);
    expect(queues).toHaveLength(2);
    for (const { Properties } of queues) {
      expect(Properties).toEqual({ MessageRetentionPeriod: 14 * 24 * 3600, SqsManagedSseEnabled: true });
    }
    expect(policies).toHaveLength(3);
    for (const { Properties } of policies) {
      expect(JSON.stringify(Properties)).toContain('{"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny"');
    }
  });

  it('tell each address once', () => {
    const own = synthesize({ ...ONE_KEY, notify: ['a@example.com', 'b@example.com', 'a@example.com'] });

    expect(
      resourcesOf(own, 'AWS::SNS::Subscription').map(({ Properties }) => [Properties.Protocol, Properties.Endpoint]),
    ).toEqual([
      ['email', 'a@example.com'],
      ['email', 'b@example.com'],
    ]);
  });
});

describe('encryption', () => {
  const READER = `arn:aws:iam::${ACCOUNT}:role/data-center`;
  const own = synthesize({
    keys: [
      { id: 'one', user: 'one', readers: [READER] },
      { id: 'two', user: 'two', readers: [READER] },
    ],
    encryption: 'customer-managed',
  });
  const keysOf = (of: typeof own) => resourcesOf(of, 'AWS::KMS::Key').filter(({ id }) => id.includes('Encryption'));
  const [key] = keysOf(own);
  const request = (action: string, via = 'secretsmanager') => ({
    action: `kms:${action}`,
    resource: `arn:aws:kms:${REGION}:${ACCOUNT}:key/${key?.id}`,
    context: { 'kms:ViaService': `${via}.${REGION}.amazonaws.com` },
    resourcePolicy: deployed(own, key?.Properties.KeyPolicy) as never,
  });

  it('is by the free AWS managed key unless configured', () => {
    expect(keysOf(template)).toEqual([]);
    expect(resourcesOf(template, 'AWS::SecretsManager::Secret')[0]?.Properties).not.toHaveProperty('KmsKeyId');
  });

  it('can be by a key of its own, which is rotated and retained', () => {
    expect(key?.Properties.EnableKeyRotation).toBe(true);
    expect(key?.DeletionPolicy).toBe('RetainExceptOnCreate');
    for (const { Properties } of resourcesOf(own, 'AWS::SecretsManager::Secret')) {
      expect(Properties.KmsKeyId).toEqual({ 'Fn::GetAtt': [key?.id, 'Arn'] });
    }
  });

  it.each([
    ['rotate', true, true],
    ['sync', true, false],
    ['deactivate', false, false],
    ['delete', false, false],
  ] as const)('%s decrypts: %s, encrypts: %s, and only through Secrets Manager', async (name, decrypts, encrypts) => {
    expect(await mayFunction(own, name, request('Decrypt'))).toBe(decrypts);
    expect(await mayFunction(own, name, request('GenerateDataKey'))).toBe(encrypts);
    expect(await mayFunction(own, name, request('Decrypt', 's3'))).toBe(false);
  });

  it('keeps an administrator from decrypting, and lets one administer', async () => {
    const administrator = roleArn('administrator');

    expect(await mayAdministrator(administrator, request('Decrypt'))).toBe(false);
    expect(await mayAdministrator(administrator, request('PutKeyPolicy'))).toBe(true);
    // Whoever deploys points a secret at the key.
    expect(await mayAdministrator(administrator, request('GenerateDataKey'))).toBe(true);
    expect(await mayAdministrator(administrator, request('GenerateDataKey', 's3'))).toBe(false);
  });

  it('lets whoever deploys create secrets with it, which Secrets Manager tries out, and opens no secret by that', async () => {
    const administrator = roleArn('administrator');
    const decrypt = (version: string, via?: string) => {
      const { context, ...rest } = request('Decrypt', via);
      return { ...rest, context: { ...context, 'kms:EncryptionContext:SecretVersionId': version } };
    };

    expect(await mayAdministrator(administrator, decrypt('RequestToValidateKeyAccess'))).toBe(true);
    expect(await mayAdministrator(administrator, decrypt('RequestToValidateKeyAccess', 's3'))).toBe(false);
    expect(await mayAdministrator(administrator, decrypt('access-key-AKIAIOSFODNN7EXAMPLE-20260101T030000Z'))).toBe(
      false,
    );
    // A function has no right of its own that the account's could meet.
    expect(await mayFunction(own, 'deactivate', decrypt('RequestToValidateKeyAccess'))).toBe(false);
  });

  it('has room for the readers of many keys, and names the cure when there are too many', () => {
    const readers = (count: number) =>
      Array.from({ length: count }, (_, at) => `arn:aws:iam::${ACCOUNT}:role/reader-of-the-secrets-${at}`);
    const keysFor = (count: number) =>
      stackOf({
        encryption: 'customer-managed',
        keys: Array.from({ length: count }, (_, at) => ({
          id: `key-${at}`,
          user: `user-${at}`,
          readers: readers(count * 10).slice(at * 10, at * 10 + 10),
        })),
      });
    const fits = keysFor(40);

    expect(errorsOf(fits)).toEqual([]);
    const fitting = templateOf(fits);
    const policy = keysOf(fitting)[0]?.Properties.KeyPolicy;
    expect(JSON.stringify(deployed(fitting, policy)).length).toBeLessThanOrEqual(32_768);
    expect(errorsOf(keysFor(60))).toEqual([
      expect.stringMatching(/^readers: the policy of the KMS key has no room for more than \d+ of them .* one role/),
    ]);
  });

  it('lets readers decrypt', async () => {
    expect(await mayAdministrator(READER, request('Decrypt'))).toBe(true);
    expect(await mayAdministrator(READER, request('Decrypt', 's3'))).toBe(false);
  });

  it('is known to a role by the key policy alone', () => {
    const roles = FUNCTION_NAMES.map((name) => JSON.stringify(own.Resources[roleOf(own, name)]));
    expect(roles.join()).not.toContain(key?.id);
  });
});

describe('the trail', () => {
  it('is taken for granted unless configured', () => {
    expect(resourcesOf(template, 'AWS::CloudTrail::Trail')).toEqual([]);
  });

  it('can be created: management events that write, in a private, encrypted, versioned bucket that stays', () => {
    const own = synthesize({ ...ONE_KEY, trail: 'create' });
    const [trail] = resourcesOf(own, 'AWS::CloudTrail::Trail');
    const [bucket] = resourcesOf(own, 'AWS::S3::Bucket');
    const [policy] = resourcesOf(own, 'AWS::S3::BucketPolicy');

    expect(trail?.Properties).toMatchObject({
      IsLogging: true,
      EnableLogFileValidation: true,
      IsMultiRegionTrail: true,
      IncludeGlobalServiceEvents: true,
      EventSelectors: [{ IncludeManagementEvents: true, ReadWriteType: 'WriteOnly' }],
    });
    expect(bucket?.Properties).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      VersioningConfiguration: { Status: 'Enabled' },
    });
    expect(bucket?.DeletionPolicy).toBe('Retain');
    expect(JSON.stringify(policy?.Properties)).toContain('"aws:SecureTransport":"false"');
  });
});

describe('mistakes of a rotation', () => {
  it('are a second one in the stack or in the account', () => {
    const app = new App();
    const env = { account: ACCOUNT, region: REGION };
    const one = new Stack(app, 'One', { env });
    rotationIn(one);
    new KeyRotation(one, 'Second', { bundles });
    const other = new Stack(app, 'Other', { env });
    rotationIn(other);
    const elsewhere = new Stack(app, 'Elsewhere', { env: { account: '444455556666', region: REGION } });
    rotationIn(elsewhere);

    expect(errorsOf(one)).toEqual([
      expect.stringMatching(/^One\/KeyRotation rotates .* Use one KeyRotation per account/),
    ]);
    expect(errorsOf(other)).toEqual([expect.stringContaining('Use one KeyRotation per account')]);
    expect(errorsOf(elsewhere)).toEqual([]);
  });

  it('are reported all at once, with the cure, and once for all keys', () => {
    const stack = new Stack(new App(), 'Keyturn');
    const rotation = rotationIn(stack, {
      policy: { rotateAfter: 100 },
      notify: ['security'],
      schedule: { rotate: 'daily' },
      trail: 'new' as Trail,
      encryption: 'none' as Encryption,
      concurrency: 0,
    });
    rotation.manage('one', { user: 'one' });
    rotation.manage('two', { user: 'two' });

    expect(errorsOf(stack).map((error) => error.split(':')[0])).toEqual([
      'notify[0]',
      'schedule.rotate',
      'trail',
      'encryption',
      'concurrency',
    ]);

    const disordered = new Stack(new App(), 'Keyturn');
    const other = rotationIn(disordered, { policy: { rotateAfter: 100 } });
    other.manage('one', { user: 'one' });
    other.manage('two', { user: 'two' });
    expect(errorsOf(disordered)).toEqual([
      expect.stringMatching(/^policy\.deactivateAfter: deactivateAfter \(100\) must be/),
    ]);
  });

  it('are days of retention that CloudWatch Logs does not offer', () => {
    const stack = new Stack(new App(), 'Keyturn');
    rotationIn(stack, { logRetentionDays: 401 });

    expect(errorsOf(stack)).toEqual([expect.stringMatching(/365 or 400 or 545.*found 401/)]);
  });
});

it('an engine without keys is a valid stack', () => {
  const stack = new Stack(new App(), 'Keyturn');
  rotationIn(stack);

  expect(errorsOf(stack)).toEqual([]);
  expect(JSON.stringify(templateOf(stack))).not.toContain('ManagedUsersKeys');
});
