import { GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, describe, expect, test } from 'vitest';
import { functionNameOf } from '../../local/stack/deployment';
import { World } from '../../local/world';
import type { WorldOptions } from '../../local/world-options';
import { assembly, lambdaFunction, ROLE, ruleFor } from './stack/assembly';

const START = new Date('2026-01-01T00:00:00Z');
const DAY = 86_400_000;
const later = (milliseconds: number) => new Date(START.getTime() + milliseconds);

let world: World;
afterEach(() => world.close());

async function start(options: Partial<WorldOptions> = {}): Promise<World> {
  world = await World.start({ start: START, seed: 'test', ...options });
  return world;
}

/** Says what it got, and when. */
const ECHO = "export const handler = async (event) => { console.log('got ' + JSON.stringify(event)); return event; };";
const got = () =>
  world.logs
    .filter(({ line }) => line.includes('\tgot '))
    .map(({ at, line }) => ({ at: at - START.getTime(), event: JSON.parse(line.slice(line.indexOf('got ') + 4)) }));

describe('a deployment', () => {
  test('makes what the template declares, in the order of its references', async () => {
    await start();
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
              Name: 'keyturn/web',
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
            Properties: { Name: '/keyturn/keys/web', Type: 'String', Value: '{"user":1}' },
          },
          Logs: { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: { Ref: 'Retention' } } },
          Queue: { Type: 'AWS::SQS::Queue' },
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
          name: 'keyturn/web',
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
    expect(deployment.queues).toHaveLength(1);
    expect(functionNameOf(deployment, 'function')).toBe(deployment.functions[0]?.functionName);
    expect(() => functionNameOf(deployment, 'other')).toThrow('Expected one function with other');

    expect(account.iam.users.get('bitbucket-web').arn).toBe('arn:aws:iam::111122223333:user/bitbucket-web');
    expect(account.secretsManager.describeSecret({ SecretId: 'keyturn/web' })).not.toHaveProperty('VersionIdsToStages');
    const client = new SSMClient({
      endpoint: world.accountUrl,
      region: 'eu-west-1',
      credentials: account.rootSession(),
      systemClockOffset: START.getTime() - Date.now(),
    });
    const { Parameters } = await client.send(new GetParametersByPathCommand({ Path: '/keyturn/keys/' }));
    expect(Parameters).toMatchObject([{ Name: '/keyturn/keys/web', Value: '{"user":1}' }]);
    expect(account.logs.describeLogGroups().logGroups).toMatchObject([{ retentionInDays: 30 }]);
  });

  test('sends CloudFormation’s event, so a rule can start something right after it', async () => {
    await start();
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
    expect(got().map(({ event }) => event.detail['status-details'].status)).toEqual([
      'CREATE_COMPLETE',
      'UPDATE_COMPLETE',
    ]);
  });

  test('again changes what is there, adds what is new and takes away what is gone', async () => {
    await start();
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
    await start();
    await expect(world.deploy(await assembly({ Resources }))).rejects.toThrow(message);
  });
});

describe('events reach functions', () => {
  test('a stored secret starts the function after CloudTrail’s delay and after the label’s', async () => {
    await start({ cloudTrailDelay: 120_000, labelDelay: 3_000 });
    await world.deploy(
      await assembly(
        {
          Resources: {
            Role: ROLE,
            Trail: lambdaFunction('trail'),
            Label: lambdaFunction('label'),
            ...ruleFor('Trail', {
              EventPattern: {
                source: ['aws.secretsmanager'],
                'detail-type': ['AWS API Call via CloudTrail'],
                detail: { eventName: ['PutSecretValue'], requestParameters: { secretId: [{ prefix: 'keyturn/' }] } },
              },
            }),
            ...ruleFor('Label', {
              EventPattern: { 'detail-type': ['Secret Label Updated'], detail: { name: [{ prefix: 'keyturn/' }] } },
            }),
          },
        },
        { trail: ECHO, label: ECHO },
      ),
    );
    const { account } = world;
    account.secretsManager.createSecret({ Name: 'keyturn/web' });
    account.secretsManager.createSecret({ Name: 'other' });
    const me = account.authenticate(account.rootSession(), 'secretsmanager');
    account.invoke(me, 'secretsmanager', 'PutSecretValue', { SecretId: 'other', SecretString: 'x' });
    account.invoke(me, 'secretsmanager', 'PutSecretValue', { SecretId: 'keyturn/web', SecretString: 'never logged' });
    await world.runUntil(later(3_600_000));
    expect(
      got().map(({ at, event }) => [
        at,
        event['detail-type'],
        event.detail.name ?? event.detail.requestParameters.secretId,
      ]),
    ).toEqual([
      [3_000, 'Secret Label Updated', 'keyturn/web'],
      [120_000, 'AWS API Call via CloudTrail', 'keyturn/web'],
    ]);
    expect(JSON.stringify(world.logs)).not.toContain('never logged');
  });

  test('lost, doubled and delayed ones are what a tampering hook makes of them', async () => {
    await start({
      tamper: (event, delay) =>
        event.source === 'lost'
          ? []
          : [
              { event, delay },
              { event, delay: delay + 500 },
            ],
    });
    await world.deploy(
      await assembly(
        {
          Resources: {
            Role: ROLE,
            Function: lambdaFunction('echo'),
            ...ruleFor('Function', { EventPattern: { source: ['lost', 'mine'] } }, { InputPath: '$.detail' }),
          },
        },
        { echo: ECHO },
      ),
    );
    for (const source of ['lost', 'mine']) {
      world.account.eventBridge.putEvents({ Entries: [{ Source: source, DetailType: 'T', Detail: '{"n":1}' }] });
    }
    await world.runUntil(later(1_000));
    expect(got()).toEqual([
      { at: 0, event: { n: 1 } },
      { at: 500, event: { n: 1 } },
    ]);
  });

  test('without a permission they go to the rule’s dead-letter queue', async () => {
    await start();
    const { FunctionPermission: _, ...rule } = ruleFor(
      'Function',
      { EventPattern: { source: ['mine'] } },
      { DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['Queue', 'Arn'] } } },
    ) as Record<string, unknown>;
    const deployment = await world.deploy(
      await assembly(
        { Resources: { Role: ROLE, Queue: { Type: 'AWS::SQS::Queue' }, Function: lambdaFunction('echo'), ...rule } },
        { echo: ECHO },
      ),
    );
    world.account.eventBridge.putEvents({ Entries: [{ Source: 'mine', DetailType: 'T', Detail: '{}' }] });
    await world.runUntil(later(1_000));
    expect(got()).toEqual([]);
    expect(deployment.queues[0]?.messages).toMatchObject([{ attributes: { ERROR_CODE: 'NO_PERMISSIONS' } }]);
  });

  test('a function that keeps failing leaves its event in its queue and a record at its topic', async () => {
    await start();
    const deployment = await world.deploy(
      await assembly(
        {
          Resources: {
            Role: ROLE,
            Queue: { Type: 'AWS::SQS::Queue' },
            Topic: { Type: 'AWS::SNS::Topic' },
            Function: lambdaFunction('bad', { DeadLetterConfig: { TargetArn: { 'Fn::GetAtt': ['Queue', 'Arn'] } } }),
            Config: {
              Type: 'AWS::Lambda::EventInvokeConfig',
              Properties: {
                FunctionName: { Ref: 'Function' },
                Qualifier: '$LATEST',
                MaximumRetryAttempts: 1,
                DestinationConfig: { OnFailure: { Destination: { Ref: 'Topic' } } },
              },
            },
            ...ruleFor('Function', { ScheduleExpression: 'cron(0 3 * * ? *)' }, { Input: '{"daily":true}' }),
          },
        },
        { bad: "export const handler = async () => { throw new Error('bad'); };" },
      ),
    );
    await world.runUntil(later(DAY));
    expect(deployment.queues[0]?.messages).toMatchObject([
      { body: '{"daily":true}', at: START.getTime() + 3 * 3_600_000 + 60_000 },
    ]);
    expect(world.account.sns.messages.map(({ message }) => JSON.parse(message))).toMatchObject([
      { requestContext: { approximateInvokeCount: 2 }, requestPayload: { daily: true } },
    ]);
  });
});

const CALLER = `
  import { SSMClient, GetParametersByPathCommand } from '@aws-sdk/client-ssm';
  import { SecretsManagerClient, ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
  import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
  const ssm = new SSMClient(), secrets = new SecretsManagerClient(), sts = new STSClient();
  export const handler = async () => {
    await ssm.send(new GetParametersByPathCommand({ Path: '/keyturn/keys/' }));
    await secrets.send(new ListSecretsCommand({}));
    const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
    console.log('got ' + JSON.stringify({ Arn, at: Date.now() }));
  };`;
const caller = (expression: string) =>
  assembly(
    {
      Resources: {
        Role: ROLE,
        Function: lambdaFunction('calls'),
        ...ruleFor('Function', { ScheduleExpression: expression }),
      },
    },
    { calls: CALLER },
  );

test('a function calls the account with the SDK, as its own role, and its calls are counted', async () => {
  await start();
  const deployment = await world.deploy(await caller('rate(1 day)'));
  const name = functionNameOf(deployment, 'Function');
  await world.runUntil(later(DAY + 60_000));
  expect(got()).toEqual([
    {
      at: expect.any(Number),
      event: { Arn: expect.stringMatching(`:assumed-role/Test-Role-.*/${name}$`), at: expect.any(Number) },
    },
  ]);
  const [{ at } = { at: 0 }] = got();
  expect(at).toBeGreaterThanOrEqual(DAY + 3 * 15);
  expect(at).toBeLessThanOrEqual(DAY + 3 * 60);
  expect(world.calls.byAction(name)).toEqual({
    'ssm:GetParametersByPath': 1,
    'secretsmanager:ListSecrets': 1,
    'sts:GetCallerIdentity': 1,
  });
  expect(world.calls.total(name)).toBe(3);
  const { events } = world.account.logs.filterLogEvents({ logGroupName: `/aws/lambda/${name}` });
  expect(events.map(({ timestamp }) => timestamp)).toEqual([START.getTime() + at]);
});

test('one seed gives one history, and another seed another', async () => {
  const history = async (seed: string) => {
    await start({ seed });
    await world.deploy(await caller('rate(10 days)'));
    await world.runUntil(later(100 * DAY));
    const seen = got();
    await world.close();
    return JSON.stringify(seen);
  };
  const [first, again, other] = [await history('a'), await history('a'), await history('b')];
  expect(first).toBe(again);
  expect(first).not.toBe(other);
  await start();
});

test('400 days with 3,000 invocations of three AWS calls each pass quickly', { timeout: 60_000 }, async () => {
  await start();
  await world.deploy(await caller('cron(0 0/3 * * ? *)'));
  const begin = performance.now();
  await world.runUntil(later(400 * DAY));
  const seconds = (performance.now() - begin) / 1000;
  console.log(`400 days took ${seconds.toFixed(1)} s`);
  expect(got()).toHaveLength(3_200);
  expect(world.calls.total()).toBe(9_600);
  expect(seconds).toBeLessThan(30);
});

test('with real time, a schedule of the near future fires', async () => {
  await start({ start: new Date(Date.parse('2026-01-01T02:59:59.700Z')) });
  await world.deploy(
    await assembly(
      {
        Resources: {
          Role: ROLE,
          Function: lambdaFunction('echo'),
          ...ruleFor('Function', { ScheduleExpression: 'cron(0 3 * * ? *)' }),
        },
      },
      { echo: ECHO },
    ),
  );
  const errors: unknown[] = [];
  world.followRealTime((error) => errors.push(error));
  await expect.poll(() => got().length, { timeout: 5_000 }).toBe(1);
  expect(errors).toEqual([]);
});
