import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { functionNameOf } from '../../stack/deployment';
import { ECHO, got, later, START, start } from '../test-world';
import { assembly, lambdaFunction, ROLE, ruleFor } from './assembly';

describe('a deployment', () => {
  test('makes what the template declares, in the order of its references', async () => {
    const world = await start();
    const directory = await assembly(
      {
        Parameters: {
          Retention: { Type: 'Number', Default: 30 },
          BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/x/version' },
        },
        Conditions: { Never: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'nowhere'] } },
        Resources: {
          SecretPolicy: {
            Type: 'AWS::SecretsManager::ResourcePolicy',
            Properties: {
              SecretId: { Ref: 'Secret' },
              ResourcePolicy: { Statement: [{ Principal: { AWS: { 'Fn::GetAtt': ['Role', 'Arn'] } } }] },
            },
          },
          Secret: {
            Type: 'AWS::SecretsManager::Secret',
            DeletionPolicy: 'Retain',
            Properties: {
              Name: 'acme/web',
              KmsKeyId: { 'Fn::GetAtt': ['Key', 'Arn'] },
              Tags: [{ Key: 'a', Value: 'b' }],
            },
          },
          Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: { Statement: [{ Sid: 'Admin' }] } } },
          Function: lambdaFunction('echo', {
            Environment: { Variables: { TOPIC: { Ref: 'Topic' }, QUEUE: { Ref: 'Queue' } } },
            DeadLetterConfig: { TargetArn: { 'Fn::GetAtt': ['Queue', 'Arn'] } },
            LoggingConfig: { LogGroup: { Ref: 'Logs' } },
          }),
          Role: {
            ...ROLE,
            Properties: {
              ...ROLE.Properties,
              Policies: [{ PolicyName: 'Inline', PolicyDocument: { Statement: [{ Sid: 'One' }] } }],
            },
          },
          Policy: {
            Type: 'AWS::IAM::Policy',
            Properties: {
              PolicyName: 'Apart',
              PolicyDocument: { Statement: [{ Resource: { Ref: 'Secret' } }] },
              Roles: [{ Ref: 'Role' }],
            },
          },
          Managed: {
            Type: 'AWS::IAM::ManagedPolicy',
            Properties: { PolicyDocument: { Statement: [{ Sid: 'Managed' }] }, Roles: [{ Ref: 'Role' }] },
          },
          User: { Type: 'AWS::IAM::User', Properties: { UserName: 'bitbucket-web' } },
          Parameter: {
            Type: 'AWS::SSM::Parameter',
            Properties: { Name: '/acme/keys/web', Type: 'String', Value: '{"user":1}' },
          },
          Logs: { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: { Ref: 'Retention' } } },
          Queue: { Type: 'AWS::SQS::Queue', Properties: { KmsMasterKeyId: 'alias/own' } },
          Topic: { Type: 'AWS::SNS::Topic' },
          Mail: {
            Type: 'AWS::SNS::Subscription',
            Properties: { TopicArn: { Ref: 'Topic' }, Protocol: 'email', Endpoint: 'a@example.com' },
          },
          ...ruleFor('Function', { EventPattern: { source: ['x'] } }),
          Nothing: { Type: 'AWS::SQS::Queue', Condition: 'Never' },
          Metadata: { Type: 'AWS::CDK::Metadata', Properties: {} },
        },
        Outputs: { Where: { Value: { 'Fn::GetAtt': ['Function', 'Arn'] } } },
      },
      { echo: ECHO },
    );
    const deployment = await world.deploy(directory);
    const { account } = world;

    expect(deployment).toMatchObject({
      stackName: 'Test',
      stackId: expect.stringMatching(/^arn:aws:cloudformation:eu-west-1:111122223333:stack\/Test\/[0-9a-f-]{36}$/),
      status: 'CREATE_COMPLETE',
      functions: [
        {
          logicalId: 'Function',
          functionName: expect.stringMatching(/^Test-Function-[A-Z0-9]{12}$/),
          environment: {
            TOPIC: deployment.topics[0],
            QUEUE: expect.stringMatching(/^https:\/\/sqs\.eu-west-1\.amazonaws\.com\/111122223333\/Test-Queue-/),
          },
          deadLetterArn: deployment.queues[0]?.arn,
          timeout: 60,
        },
      ],
      rules: [{ pattern: { source: ['x'] } }],
      keys: [{ policy: { Statement: [{ Sid: 'Admin' }] } }],
      secrets: [
        {
          name: 'acme/web',
          kmsKeyId: deployment.keys[0]?.arn,
          resourcePolicy: { Statement: [{ Principal: { AWS: deployment.roles[0]?.arn } }] },
        },
      ],
      roles: [
        {
          arn: expect.stringMatching(/^arn:aws:iam::111122223333:role\/Test-Role-/),
          policies: [
            { name: 'Inline', document: { Statement: [{ Sid: 'One' }] } },
            { name: 'Apart', document: { Statement: [{ Resource: deployment.secrets[0]?.arn }] } },
            { name: expect.stringMatching(/:policy\/Test-Managed-/), document: { Statement: [{ Sid: 'Managed' }] } },
          ],
          foreignPolicies: [],
        },
      ],
    });
    expect(deployment.outputs).toEqual({ Where: deployment.functions[0]?.functionArn });
    expect(deployment.queues).toMatchObject([{ kmsKeyId: 'alias/own', messages: [] }]);
    expect(functionNameOf(deployment, 'function')).toBe(deployment.functions[0]?.functionName);
    expect(() => functionNameOf(deployment, 'other')).toThrow('Expected one function with other');

    expect(account.iam.users.get('bitbucket-web').arn).toBe('arn:aws:iam::111122223333:user/bitbucket-web');
    const secret = account.secretsManager.describeSecret({ SecretId: 'acme/web' });
    expect(secret).not.toHaveProperty('VersionIdsToStages');
    // CloudFormation's own tags, which nobody else can set.
    expect(secret.Tags?.map(({ Key }) => Key)).toEqual([
      'a',
      'aws:cloudformation:stack-name',
      'aws:cloudformation:stack-id',
      'aws:cloudformation:logical-id',
    ]);
    const client = new SSMClient({
      endpoint: world.accountUrl,
      region: 'eu-west-1',
      credentials: account.rootSession(),
      systemClockOffset: START.getTime() - Date.now(),
    });
    const { Parameters } = await client.send(new GetParametersByPathCommand({ Path: '/acme/keys/' }));
    expect(Parameters).toMatchObject([{ Name: '/acme/keys/web', Value: '{"user":1}' }]);
    expect(account.logs.describeLogGroups().logGroups).toMatchObject([{ retentionInDays: 30 }]);
  });

  test('sends CloudFormation’s event, so a rule can start something right after it', async () => {
    const world = await start();
    const template = {
      Resources: {
        Role: ROLE,
        Function: lambdaFunction('echo'),
        ...ruleFor('Function', {
          EventPattern: {
            source: ['aws.cloudformation'],
            'detail-type': ['CloudFormation Stack Status Change'],
            detail: {
              'stack-id': [{ Ref: 'AWS::StackId' }],
              'status-details': { status: ['CREATE_COMPLETE', 'UPDATE_COMPLETE'] },
            },
          },
        }),
      },
    };
    const directory = await assembly(template, { echo: ECHO });
    await world.deploy(directory);
    await world.runUntil(later(1_000));
    await world.deploy(directory);
    await world.runUntil(later(2_000));
    expect(got(world).map(({ event }) => event.detail['status-details'].status)).toEqual([
      'CREATE_COMPLETE',
      'UPDATE_COMPLETE',
    ]);
  });

  test('again changes what is there, adds what is new and takes away what is gone', async () => {
    const world = await start();
    const base = { Role: ROLE, Function: lambdaFunction('echo') };
    const secret = (Name: string, extra = {}) => ({
      Type: 'AWS::SecretsManager::Secret',
      Properties: { Name },
      ...extra,
    });
    const parameter = (Value: string) => ({
      Type: 'AWS::SSM::Parameter',
      Properties: { Name: '/p', Type: 'String', Value },
    });
    const first = await world.deploy(
      await assembly(
        {
          Resources: {
            ...base,
            Kept: secret('kept'),
            Retained: secret('retained', { DeletionPolicy: 'Retain' }),
            Gone: secret('gone'),
            Parameter: parameter('1'),
            ...ruleFor('Function', { ScheduleExpression: 'rate(1 day)' }),
          },
        },
        { echo: ECHO },
      ),
    );
    world.account.secretsManager.putSecretValue({ SecretId: 'kept', SecretString: 'x' });
    const second = await world.deploy(
      await assembly(
        {
          Resources: {
            ...base,
            Function: lambdaFunction('new', { Environment: { Variables: { A: '1' } } }),
            Kept: secret('kept'),
            New: secret('new'),
            Parameter: parameter('2'),
          },
        },
        { new: 'export const handler = async () => process.env.A;' },
      ),
    );
    const { account } = world;
    expect(second.status).toBe('UPDATE_COMPLETE');
    expect(second.roles).toEqual(first.roles);
    expect(second.functions[0]?.functionName).toBe(first.functions[0]?.functionName);
    const result = await world.invoke(second.functions[0]?.functionName ?? '', {});
    expect(result.payload).toBe('"1"');
    expect(account.secretsManager.getSecretValue({ SecretId: 'kept' }).SecretString).toBe('x');
    expect(
      account.secretsManager
        .listSecrets({})
        .SecretList.map(({ Name }) => Name)
        .sort(),
    ).toEqual(['kept', 'new', 'retained']);
    expect(account.ssm.getParameter({ Name: '/p' }).Parameter).toMatchObject({ Value: '2', Version: 2 });
    expect(world.bus.rules).toEqual([]);
  });

  test('reads what another stack exports', async () => {
    const world = await start();
    const secret = (Name: unknown) => ({ Secret: { Type: 'AWS::SecretsManager::Secret', Properties: { Name } } });
    const Outputs = { Shared: { Value: { Ref: 'AWS::StackName' }, Export: { Name: 'shared' } } };
    await world.deploy(await assembly({ Resources: secret('one'), Outputs }, {}, 'First'));
    const imported = { 'Fn::Join': ['/', ['from', { 'Fn::ImportValue': 'shared' }]] };
    const { secrets, stackName } = await world.deploy(await assembly({ Resources: secret(imported) }, {}, 'Second'));
    expect([stackName, secrets[0]?.name]).toEqual(['Second', 'from/First']);
  });

  test('of several stacks takes each after those that it depends on', async () => {
    const world = await start();
    const secret = (Name: unknown) => ({ Secret: { Type: 'AWS::SecretsManager::Secret', Properties: { Name } } });
    const Outputs = { Shared: { Value: { Ref: 'AWS::StackName' }, Export: { Name: 'shared' } } };
    const folder = await assembly({ Resources: secret('one'), Outputs }, {}, 'Z');
    const needing = { Resources: secret({ 'Fn::ImportValue': 'shared' }) };
    await writeFile(join(folder, 'A.template.json'), JSON.stringify(needing));
    const artifacts = { A: { dependencies: ['A.assets', 'Z'] }, Z: {} };
    await writeFile(join(folder, 'manifest.json'), JSON.stringify({ artifacts }));

    expect((await world.deployAll(folder)).stackName).toBe('Z');
    expect(world.account.secretsManager.describeSecret({ SecretId: 'Z' }).Name).toBe('Z');
  });

  test('refuses a second policy of one secret, as CloudFormation does, and overwrites one that no stack has any more', async () => {
    const world = await start();
    world.account.secretsManager.createSecret({ Name: 'one' });
    const policy = (Sid: string) => ({
      Type: 'AWS::SecretsManager::ResourcePolicy',
      DeletionPolicy: 'Retain',
      Properties: { SecretId: 'one', ResourcePolicy: { Statement: [{ Sid }] } },
    });
    const stack = (Resources: Record<string, unknown>, name: string) => assembly({ Resources }, {}, name);
    const current = () => world.account.secretsManager.getResourcePolicy({ SecretId: 'one' }).ResourcePolicy;
    const nothing = { Role: ROLE };
    await world.deploy(await stack({ ...nothing, First: policy('first') }, 'First'));

    await expect(world.deploy(await stack({ Second: policy('second') }, 'Second'))).rejects.toThrow(
      /secret:one-\w+ already exists in stack/,
    );
    await world.deploy(await stack(nothing, 'First'));
    expect(current()).toContain('"first"');
    await world.deploy(await stack({ Second: policy('second') }, 'Second'));
    expect(current()).toContain('"second"');
  });

  test.each([
    [
      { A: { Type: 'AWS::EC2::Instance' } },
      'The resource A is of the type AWS::EC2::Instance, which the local account',
    ],
    [
      { A: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/a', Type: 'String' } } },
      'A (AWS::SSM::Parameter) could not be deployed: A.Properties.Value is missing',
    ],
    [
      { A: { Type: 'AWS::SQS::Queue', Properties: { QueueName: { Ref: 'B' } } } },
      'A (AWS::SQS::Queue) could not be deployed: Ref names B',
    ],
    [
      { A: { Type: 'AWS::SQS::Queue', DependsOn: 'B' }, B: { Type: 'AWS::SQS::Queue', DependsOn: ['A'] } },
      'Circular dependency: A → B → A',
    ],
    [
      { A: { Type: 'AWS::Events::Rule', Properties: { EventPattern: { a: [{ huge: 1 }] }, Targets: [] } } },
      'Event pattern is not valid at a: the operator huge is not known',
    ],
    [{ Role: ROLE, A: lambdaFunction('missing') }, 'The assets have no missing.zip'],
    [
      { A: { Type: 'AWS::SecretsManager::Secret', Properties: { GenerateSecretString: {} } } },
      'GenerateSecretString is not supported',
    ],
  ])('that cannot be is refused with the place: %#', async (Resources, message) => {
    const world = await start();
    await expect(world.deploy(await assembly({ Resources }))).rejects.toThrow(message);
  });
});
