import { App, Aws, type Environment, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import { digestsIn, entryDigest } from '../../functions/core/config/entry-pin';
import { registryEntrySchema } from '../../functions/core/config/registry';
import type { FunctionName } from '../../functions/core/names';
import { Adopt, Connection, DeliveryTarget, Encryption, FirstRotation, ManagedKey } from '../../infra';
import { mayFunction, secretPolicyOf } from './access';
import { arnOfSecret } from './deployed';
import {
  ACME,
  errorsOf,
  madeBefore,
  ONE_KEY,
  registryEntriesOf,
  resourcesOf,
  rotationIn,
  stackOf,
  synthesize,
  templateOf,
} from './synthesized';

const acme = Connection.bitbucket('acme', { secret: 'keyturn/connections/acme' });
const production = DeliveryTarget.bitbucketDeployment({
  connection: acme,
  repository: 'acme/web-shop',
  environment: 'Production',
});

describe('the secret of a managed key', () => {
  const template = synthesize(ONE_KEY);
  const secret = resourcesOf(template, 'AWS::SecretsManager::Secret')[0];

  it('is created empty, so that its first version is a real key', () => {
    expect(secret?.Properties).toEqual({
      Name: 'keyturn/web-shop',
      Description: 'Keyturn: live key of IAM user bitbucket-web-shop',
    });
  });

  it('outlives the stack, closed, except when the deployment that creates it is rolled back', () => {
    const policy = resourcesOf(template, 'AWS::SecretsManager::ResourcePolicy')[0];

    for (const resource of [secret, policy]) {
      expect(resource?.DeletionPolicy).toBe('RetainExceptOnCreate');
      expect(resource?.UpdateReplacePolicy).toBe('Retain');
    }
    expect(policy?.Properties.BlockPublicPolicy).toBe(true);
  });

  it('still lets in the functions of a stack in which its key has another id, as far as they need it (K12)', async () => {
    const [key] = ONE_KEY.keys ?? [];
    const renamed = synthesize({ ...ONE_KEY, keys: key === undefined ? [] : [{ ...key, id: 'store' }] });
    const resourcePolicy = secretPolicyOf(template, 'web-shop');
    const may = (name: FunctionName, action: string) =>
      mayFunction(renamed, name, {
        action: `secretsmanager:${action}`,
        resource: arnOfSecret('keyturn/web-shop'),
        resourcePolicy,
      });
    for (const action of ['DescribeSecret', 'GetSecretValue', 'UpdateSecretVersionStage']) {
      expect(await may('sync', action), action).toBe(true);
    }
    for (const name of ['rotate', 'deactivate', 'delete'] as const) {
      expect(await may(name, 'DescribeSecret'), name).toBe(true);
      expect(await may(name, 'GetSecretValue'), name).toBe(false);
    }
  });
});

/** Keys with other targets have other entries. */
const withoutPin = (properties: unknown): unknown =>
  JSON.parse(JSON.stringify(properties).replace(/DeliverEntry[0-9a-f]{40}/, 'Deliver'));

describe('a secret that is there already', () => {
  it('is not made again, is closed as one that is made, and stays so when the deployment is rolled back', () => {
    const stack = new Stack(new App(), 'Keyturn');
    rotationIn(stack).manage('web-shop', { user: 'bitbucket-web-shop', secret: 'existing' });
    const template = templateOf(stack);
    const [made] = resourcesOf(synthesize(ONE_KEY), 'AWS::SecretsManager::ResourcePolicy');
    const [policy] = resourcesOf(template, 'AWS::SecretsManager::ResourcePolicy');
    const [parameter] = registryEntriesOf(template);

    expect(resourcesOf(template, 'AWS::SecretsManager::Secret')).toEqual([]);
    expect(withoutPin(policy?.Properties)).toEqual(withoutPin({ ...made?.Properties, SecretId: 'keyturn/web-shop' }));
    expect([policy?.DeletionPolicy, policy?.UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
    expect(parameter?.Properties.Name).toBe('/keyturn/keys/web-shop');
    expect(parameter?.DependsOn).toContain(policy?.id);
  });

  it.each(['Existing', 'yes', 'keyturn/web-shop'])('is not asked for by %s', (secret) => {
    const stack = new Stack(new App(), 'Keyturn');
    rotationIn(stack).manage('web-shop', { user: 'bitbucket-web-shop', secret });

    expect(errorsOf(stack)).toEqual([expect.stringMatching(/^secret: expected create or existing, found/)]);
  });
});

describe('a connection of the constructs', () => {
  it('has the usual URL where none is given, and where undefined is', () => {
    const stack = new Stack(new App(), 'Keyturn');
    const connection = Connection.bitbucket('acme', { secret: 'keyturn/connections/acme', url: undefined });
    const workspace = DeliveryTarget.bitbucketWorkspace({ connection, workspace: 'acme' });
    rotationIn(stack).manage('one', { user: 'one', deliverTo: [workspace] });

    const origins = resourcesOf(templateOf(stack), 'AWS::Lambda::Function').map(
      ({ Properties }) =>
        (Properties.Environment as { readonly Variables: Readonly<Record<string, unknown>> }).Variables
          .KEYTURN_ALLOWED_ORIGINS,
    );
    expect(origins).toContain('https://api.bitbucket.org');
  });
});

describe('the registry parameter of a managed key', () => {
  function entryOf(value: unknown) {
    expect(value).toBeTypeOf('string');
    return registryEntrySchema.parse(JSON.parse(String(value)));
  }

  it('is plain JSON that the functions understand', () => {
    const parameter = registryEntriesOf(synthesize(ONE_KEY))[0];

    expect(parameter?.Properties.Name).toBe('/keyturn/keys/web-shop');
    expect(entryOf(parameter?.Properties.Value)).toEqual({
      version: 1,
      id: 'web-shop',
      user: 'bitbucket-web-shop',
      policy: { rotateAfter: 90, deactivateAfter: 100, deleteAfter: 110, idleFor: 2, holdLimit: 10 },
      firstRotation: 'at-once',
      adopt: 'keep',
      connections: {
        acme: { host: 'bitbucket', url: 'https://api.bitbucket.org/2.0', secret: 'keyturn/connections/acme' },
      },
      targets: [
        {
          type: 'bitbucket-deployment',
          connection: 'acme',
          repository: 'acme/web-shop',
          environment: 'Production',
          secureAccessKeyId: false,
          variables: {
            accessKeyId: 'AWS_ACCESS_KEY_ID',
            secretAccessKey: 'AWS_SECRET_ACCESS_KEY',
            region: 'AWS_DEFAULT_REGION',
          },
        },
      ],
    });
  });

  it('speaks last: all that the functions need, rights included, is there before they know the key', () => {
    const template = synthesize({
      connections: ACME,
      keys: [{ id: 'a', user: 'made-here', createUser: true, deliverTo: [{ connection: 'acme', workspace: 'acme' }] }],
    });
    const [parameter] = registryEntriesOf(template);
    const needed = [
      ...resourcesOf(template, 'AWS::SecretsManager::ResourcePolicy'),
      ...resourcesOf(template, 'AWS::IAM::User'),
      ...resourcesOf(template, 'AWS::IAM::Role'),
    ].map(({ id }) => id);

    expect([...madeBefore(template, parameter?.id ?? '')]).toEqual(expect.arrayContaining(needed));
    expect(needed).toHaveLength(6);
  });

  it('waits for the managed policies that name its user, when the roles themselves are full', () => {
    const keys = Array.from({ length: 60 }, (_, at) => ({ id: `key-${at}`, user: `bitbucket-pipeline-user-${at}` }));
    const template = synthesize({ keys });
    const policies = resourcesOf(template, 'AWS::IAM::ManagedPolicy');
    expect(policies.length).toBeGreaterThan(0);

    for (const { id, user } of keys) {
      const parameter = registryEntriesOf(template).find(({ Properties }) => Properties.Name === `/keyturn/keys/${id}`);
      const naming = [...policies, ...resourcesOf(template, 'AWS::IAM::Role')].filter(({ Properties }) =>
        JSON.stringify(Properties).includes(`:user/*/${user}"`),
      );
      expect(naming, id).toHaveLength(3);
      const before = madeBefore(template, parameter?.id ?? '');
      for (const holder of naming) expect(before, id).toContain(holder.id);
    }
  });

  it('says what differs from the rotation', () => {
    const stack = new Stack(new App(), 'Keyturn');
    rotationIn(stack, { policy: { rotateAfter: 60, deactivateAfter: 70, deleteAfter: 80 } }).manage('slow', {
      user: 'slow',
      policy: { deleteAfter: 85 },
      firstRotation: FirstRotation.WHEN_DUE,
      adopt: Adopt.REPLACE_IDLE,
    });
    const [parameter] = registryEntriesOf(templateOf(stack));

    expect(entryOf(parameter?.Properties.Value)).toMatchObject({
      policy: { rotateAfter: 60, deactivateAfter: 70, deleteAfter: 85, idleFor: 2, holdLimit: 10 },
      firstRotation: 'when-due',
      adopt: 'replace-idle',
    });
  });

  it('holds more than thirty targets, and names the cure when there are too many', () => {
    const deliverTo = (count: number) =>
      Array.from({ length: count }, (_, at) =>
        DeliveryTarget.bitbucketRepository({ connection: acme, repository: `acme/repository-${at}` }),
      );
    const fits = new Stack(new App(), 'Fits');
    rotationIn(fits).manage('web-shop', { user: 'web-shop', deliverTo: deliverTo(36) });
    const full = new Stack(new App(), 'Full');
    rotationIn(full).manage('web-shop', { user: 'web-shop', deliverTo: deliverTo(50) });

    expect(errorsOf(fits)).toEqual([]);
    expect(errorsOf(full)).toEqual([
      expect.stringMatching(/^The key "web-shop" needs \d+ bytes .* 4096\. Give it fewer than its 50 targets: /),
    ]);
  });

  it('holds twenty targets with a role for each, and names what makes room for more', () => {
    const manage = (count: number) => {
      const stack = new Stack(new App(), 'Keyturn');
      const all = Array.from({ length: count }, (_, at) => `repository-${at}`);
      rotationIn(stack).manage('web-shop', {
        user: 'web-shop',
        deliverTo: all.map((name) =>
          DeliveryTarget.bitbucketRepository({ connection: acme, repository: `acme/${name}` }),
        ),
        replacedBy: { roles: all.map((_, at) => `arn:aws:iam::111122223333:role/web-shop-${at}`) },
      });
      return errorsOf(stack);
    };
    expect(manage(20)).toEqual([]);
    expect(manage(36)).toEqual([
      expect.stringMatching(/ Its 36 roles stand there too: take out targets whose steps take a role already\.$/),
    ]);
  });
});

describe('the user of a managed key', () => {
  it('is created without a password and without rights, and stays when the key is removed', () => {
    const [user] = resourcesOf(
      synthesize({ keys: [{ id: 'a', user: 'made-here', createUser: true }] }),
      'AWS::IAM::User',
    );

    expect(user?.Properties).toEqual({ UserName: 'made-here' });
    expect(user?.DeletionPolicy).toBe('RetainExceptOnCreate');
  });

  it('is left alone when it exists', () => {
    expect(resourcesOf(synthesize(ONE_KEY), 'AWS::IAM::User')).toEqual([]);
  });
});

describe('mistakes of a managed key', () => {
  it('are reported all at once, with the cure', () => {
    const stack = new Stack(new App(), 'Keyturn');
    const rotation = rotationIn(stack);
    rotation.manage('Web Shop', {
      user: 'web shop',
      policy: { rotateAfter: 100 },
      firstRotation: 'now' as FirstRotation,
      deliverTo: [
        DeliveryTarget.bitbucketRepository({ connection: acme, repository: 'web-shop' }),
        DeliveryTarget.bitbucketRepository({ connection: acme, repository: 'acme/web-shop', region: 'Ireland' }),
      ],
    });

    expect(errorsOf(stack).map((error) => error.split(':')[0])).toEqual([
      'id',
      'user',
      'firstRotation',
      'deliverTo.0.repository',
      'deliverTo.1.region',
    ]);
  });

  it('are a user or an ID that another key has', () => {
    const stack = new Stack(new App(), 'Keyturn');
    const rotation = rotationIn(stack);
    rotation.manage('one', { user: 'shared' });
    rotation.manage('two', { user: 'shared' });
    rotation.manage('one', { user: 'other' });
    new ManagedKey(stack, 'one', { rotation, user: 'third' });

    const taken = 'id: expected an id of its own; "one" is taken by another key; rename it';
    expect(errorsOf(stack).toSorted()).toEqual([
      taken,
      taken,
      expect.stringMatching(/^user: expected a user of its own; shared belongs to the key "one"/),
    ]);
  });

  it('are values that only the deployment knows, where the registry needs them', () => {
    const stack = new Stack(new App(), 'Keyturn');
    rotationIn(stack).manage('one', {
      user: Aws.STACK_NAME,
      deliverTo: [
        DeliveryTarget.bitbucketWorkspace({
          connection: Connection.bitbucket('acme', { secret: Aws.STACK_ID }),
          workspace: 'acme',
        }),
      ],
    });

    expect(errorsOf(stack)).toEqual([
      expect.stringContaining('the key.user: expected plain text'),
      expect.stringContaining('connections.acme.bitbucket.secret: expected plain text'),
    ]);
  });

  it('are such values in the configuration of a stack, too', () => {
    const stack = stackOf({
      connections: ACME,
      keys: [
        {
          id: 'one',
          user: 'one',
          deliverTo: [
            { connection: 'acme', repository: 'acme/web-shop', environment: Aws.STACK_NAME },
            { function: 'arn:aws:lambda:eu-west-1:111122223333:function:deliver', target: { place: Aws.REGION } },
          ],
        },
      ],
    });

    expect(errorsOf(stack)).toEqual([
      expect.stringContaining('keys.0.deliverTo.0.environment: expected plain text'),
      expect.stringContaining('keys.0.deliverTo.1.target.place: expected plain text'),
    ]);
  });

  it('are readers that are not one role', () => {
    const stack = new Stack(new App(), 'Keyturn');
    rotationIn(stack).manage('one', { user: 'one', readers: ['arn:aws:iam::111122223333:role/*'] });

    expect(errorsOf(stack)).toEqual([expect.stringContaining('readers.0: expected the ARN of an IAM role')]);
  });

  it('are roles that replace it and are of another account, as IAM finds them by their names', () => {
    const roles = ['arn:aws:iam::444455556666:role/deploy', 'arn:aws:iam::111122223333:role/deploy'];
    const errors = (env?: Environment) => {
      const stack = new Stack(new App(), 'Keyturn', env === undefined ? {} : { env });
      rotationIn(stack).manage('web-shop', { user: 'bitbucket-web-shop', replacedBy: { roles } });
      return errorsOf(stack);
    };
    const told =
      'replacedBy.roles: expected roles of the account 111122223333, in which the key is, found arn:aws:iam::444455556666:role/deploy';
    expect(errors({ account: '111122223333', region: 'eu-west-1' })).toEqual([told]);
    vi.stubEnv('CDK_DEFAULT_ACCOUNT', undefined);
    expect(errors()).toEqual([]);
    vi.unstubAllEnvs();
  });

  it('are readers of another account where only the account itself can decrypt', () => {
    const own = 'arn:aws:iam::111122223333:role/data-center';
    const foreign = 'arn:aws:iam::444455556666:role/data-center';
    const errors = (readers: string[], env?: Environment, encryption = Encryption.AWS_MANAGED) => {
      const stack = new Stack(new App(), 'Keyturn', env === undefined ? {} : { env });
      rotationIn(stack, { encryption }).manage('one', { user: 'one', readers });
      return errorsOf(stack);
    };
    const here = { account: '111122223333', region: 'eu-west-1' };
    const says = (found: string) => [
      expect.stringMatching(
        new RegExp(`^readers: expected roles of the account of the stack, found ${found}; .*customer-managed`),
      ),
    ];

    expect(errors([own, foreign], here)).toEqual(says(foreign));
    expect(errors([own], here)).toEqual([]);
    expect(errors([own, foreign], here, Encryption.CUSTOMER_MANAGED)).toEqual([]);
    // Without an account, roles of two show that one of them is another.
    vi.stubEnv('CDK_DEFAULT_ACCOUNT', undefined);
    expect(errors([own, foreign])).toEqual(says(`${own}, ${foreign}`));
    expect(errors([foreign])).toEqual([]);
    vi.stubEnv('CDK_DEFAULT_ACCOUNT', '111122223333');
    expect(errors([foreign])).toEqual(says(foreign));
    vi.unstubAllEnvs();
  });

  it('are more readers than a resource policy has room for', () => {
    const errors = (count: number) => {
      const stack = new Stack(new App(), 'Keyturn');
      const readers = Array.from({ length: count }, (_, at) => `arn:aws:iam::111122223333:role/reader-number-${at}`);
      rotationIn(stack).manage('one', { user: 'one', readers });
      return errorsOf(stack);
    };

    expect(errors(150)).toEqual([]);
    expect(errors(250)).toEqual([
      expect.stringMatching(
        /^readers: 250 roles make a resource policy of up to \d+ characters, .* 20480; name one role/,
      ),
    ]);
  });

  it('are two connections of one name', () => {
    const stack = new Stack(new App(), 'Keyturn');
    const other = Connection.bitbucket('acme', { secret: 'another' });
    rotationIn(stack).manage('one', {
      user: 'one',
      deliverTo: [production, DeliveryTarget.bitbucketWorkspace({ connection: other, workspace: 'acme' })],
    });

    expect(errorsOf(stack)).toEqual([
      expect.stringContaining('connections.acme: expected one connection of this name'),
    ]);
  });

  it('harm no other key of the stack (K11)', () => {
    const stack = new Stack(new App(), 'Keyturn');
    const rotation = rotationIn(stack);
    rotation.manage('bad', { user: 'not a user' });
    rotation.manage('good', { user: 'good', deliverTo: [production] });

    expect(
      resourcesOf(templateOf(stack), 'AWS::SecretsManager::Secret').map(({ Properties }) => Properties.Name),
    ).toEqual(['keyturn/good']);
  });
});

it('a role of the same app can read a secret', () => {
  const stack = new Stack(new App(), 'Keyturn');
  const reader = new Role(stack, 'Reader', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
  rotationIn(stack).manage('one', { user: 'one', readers: [reader.roleArn] });

  expect(errorsOf(stack)).toEqual([]);
  const [policy] = resourcesOf(templateOf(stack), 'AWS::SecretsManager::ResourcePolicy');
  expect(JSON.stringify(policy?.Properties)).toContain('"Sid":"Read"');
});

describe('what the deployment says of a key', () => {
  const policyOf = (stack: Stack) =>
    JSON.stringify(resourcesOf(templateOf(stack), 'AWS::SecretsManager::ResourcePolicy'));

  it('stands in the policy of its secret: the digest of the very text of its registry entry', () => {
    const template = synthesize(ONE_KEY);
    const [policy] = resourcesOf(template, 'AWS::SecretsManager::ResourcePolicy');
    const [parameter] = registryEntriesOf(template);

    expect(digestsIn(JSON.stringify(policy?.Properties.ResourcePolicy))).toEqual([
      entryDigest(String(parameter?.Properties.Value)),
    ]);
  });

  it('is the same whatever ARN the deployment gives to a function of the app', () => {
    const stack = new Stack(new App(), 'Keyturn');
    const lambda = LambdaFunction.fromFunctionArn(
      stack,
      'Deliverer',
      'arn:aws:lambda:eu-west-1:111122223333:function:deliverer',
    );
    rotationIn(stack).manage('one', { user: 'one', deliverTo: [DeliveryTarget.function(lambda)] });
    const token = new Stack(new App(), 'Keyturn');
    const made = new LambdaFunction(token, 'Deliverer', {
      code: Code.fromInline('exports.handler = () => {}'),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
    });
    rotationIn(token).manage('one', { user: 'one', deliverTo: [DeliveryTarget.function(made)] });

    const pin = /DeliverEntry[0-9a-f]{40}/;
    expect(pin.exec(policyOf(token))?.[0]).toBe(pin.exec(policyOf(stack))?.[0]);
  });
});

describe('the functions know', () => {
  const known = (stack: Stack, name: string) =>
    resourcesOf(templateOf(stack), 'AWS::Lambda::Function').flatMap(({ Properties }) => {
      const { Variables } = Properties.Environment as { readonly Variables: Readonly<Record<string, string>> };
      return Variables[name] ?? [];
    });

  it('the stacks of the deployment, those of keys too, in which all secrets are that they act on', () => {
    const app = new App();
    const stack = new Stack(app, 'Keyturn');
    const rotation = rotationIn(stack);
    rotation.manage('one', { user: 'one' });
    new ManagedKey(new Stack(app, 'Elsewhere'), 'two', { rotation, user: 'two' });

    expect(known(stack, 'KEYTURN_STACKS')).toEqual(Array(4).fill('Keyturn,Elsewhere'));
    expect(known(stack, 'KEYTURN_EXISTING_SECRETS')).toEqual([]);
  });

  it('keys whose secrets were there before, by their IDs, as long as there is room', () => {
    const stack = new Stack(new App(), 'Keyturn');
    const rotation = rotationIn(stack);
    const ids = Array.from({ length: 40 }, (_, at) => `key-${String(at).padStart(59, '0')}`);
    const keys = ids.map((id) => rotation.manage(id, { user: id.slice(0, 4) + id.slice(-4), secret: 'existing' }));

    const [said = ''] = known(stack, 'KEYTURN_EXISTING_SECRETS');
    expect(said.split(',')).toEqual(ids.slice(0, 31));
    const warned = keys.flatMap(({ node }) =>
      node.metadata.filter(({ data }) => /have room to know 31/.test(String(data))),
    );
    expect(warned).toHaveLength(9);
  });
});
