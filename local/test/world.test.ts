import { describe, expect, test } from 'vitest';
import { functionNameOf } from '../stack/deployment';
import { assembly, lambdaFunction, ROLE, ruleFor } from './stack/assembly';
import { ECHO, got, later, START, start } from './test-world';

const DAY = 86_400_000;

describe('events reach functions', () => {
  test('a stored secret starts the function after CloudTrail’s delay and after the label’s', async () => {
    const world = await start({ cloudTrailDelay: 120_000, labelDelay: 3_000 });
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
                detail: { eventName: ['PutSecretValue'], requestParameters: { secretId: [{ prefix: 'acme/' }] } },
              },
            }),
            ...ruleFor('Label', {
              EventPattern: { 'detail-type': ['Secret Label Updated'], detail: { name: [{ prefix: 'acme/' }] } },
            }),
          },
        },
        { trail: ECHO, label: ECHO },
      ),
    );
    const { account } = world;
    account.secretsManager.createSecret({ Name: 'acme/web' });
    account.secretsManager.createSecret({ Name: 'other' });
    const me = account.authenticate(account.rootSession(), 'secretsmanager');
    account.invoke(me, 'secretsmanager', 'PutSecretValue', { SecretId: 'other', SecretString: 'x' });
    account.invoke(me, 'secretsmanager', 'PutSecretValue', { SecretId: 'acme/web', SecretString: 'never logged' });
    await world.runUntil(later(3_600_000));
    expect(
      got(world).map(({ at, event }) => [
        at,
        event['detail-type'],
        event.detail.name ?? event.detail.requestParameters.secretId,
      ]),
    ).toEqual([
      [3_000, 'Secret Label Updated', 'acme/web'],
      [120_000, 'AWS API Call via CloudTrail', 'acme/web'],
    ]);
    expect(JSON.stringify(world.logs)).not.toContain('never logged');
  });

  test('a target gets none that is lost on the way to it', async () => {
    let fired = 0;
    const world = await start({
      lose: (_targetArn, payload) => payload.includes('Scheduled Event') && ++fired < 3,
    });
    const rule = ruleFor('Function', { ScheduleExpression: 'rate(1 hour)' }, { InputPath: '$' });
    await world.deploy(
      await assembly({ Resources: { Role: ROLE, Function: lambdaFunction('echo'), ...rule } }, { echo: ECHO }),
    );
    await world.runUntil(later(4 * 3_600_000));
    expect(got(world).map(({ at }) => at)).toEqual([3 * 3_600_000, 4 * 3_600_000]);
  });

  test('lost, doubled and delayed ones are what a tampering hook makes of them', async () => {
    const world = await start({
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
    expect(got(world)).toEqual([
      { at: 0, event: { n: 1 } },
      { at: 500, event: { n: 1 } },
    ]);
  });

  test('without a permission they go to the rule’s dead-letter queue', async () => {
    const world = await start();
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
    expect(got(world)).toEqual([]);
    expect(deployment.queues[0]?.messages).toMatchObject([{ attributes: { ERROR_CODE: 'NO_PERMISSIONS' } }]);
  });

  test('a function that keeps failing leaves its event in its queue and a record at its topic', async () => {
    const world = await start();
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
    await ssm.send(new GetParametersByPathCommand({ Path: '/acme/keys/' }));
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
  const world = await start();
  const deployment = await world.deploy(await caller('rate(1 day)'));
  const name = functionNameOf(deployment, 'Function');
  await world.runUntil(later(DAY + 60_000));
  expect(got(world)).toEqual([
    {
      at: expect.any(Number),
      event: { Arn: expect.stringMatching(`:assumed-role/Test-Role-.*/${name}$`), at: expect.any(Number) },
    },
  ]);
  const [{ at } = { at: 0 }] = got(world);
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

test('a function that is killed while a call is under way leaves the call’s effect and starts cold again', async () => {
  let kill = true;
  const world = await start({
    accountServer: {
      onCall: ({ principal, action }) => {
        if (!kill || action !== 'PutParameter') return;
        kill = false;
        void world.functions.kill(principal.arn.slice(principal.arn.lastIndexOf('/') + 1));
      },
    },
  });
  const deployment = await world.deploy(
    await assembly(
      { Resources: { Role: ROLE, Function: lambdaFunction('writes') } },
      {
        writes: `
          import { SSMClient, PutParameterCommand } from '@aws-sdk/client-ssm';
          const ssm = new SSMClient();
          export const handler = async (event) => {
            console.log('before');
            await ssm.send(new PutParameterCommand({ Name: '/p', Value: event.value, Type: 'String', Overwrite: true }));
            console.log('after');
          };`,
      },
    ),
  );
  const name = functionNameOf(deployment, 'Function');
  const value = () => world.account.ssm.getParameter({ Name: '/p' }).Parameter.Value;

  const first = await world.invoke(name, { value: '1' });
  expect(JSON.parse(first.payload)).toMatchObject({ errorType: 'Runtime.ExitError' });
  expect(value()).toBe('1');
  expect(world.logs.map(({ line }) => line.split('\t').at(-1))).toEqual([
    'before',
    expect.stringContaining('signal: killed'),
  ]);
  const second = await world.invoke(name, { value: '2' });
  expect(second).toMatchObject({ coldStart: true, payload: 'null' });
  expect(value()).toBe('2');
});

test('one seed gives one history, and another seed another', async () => {
  const cdkOut = await caller('rate(10 days)');
  const history = async (seed: string) => {
    const world = await start({ seed });
    await world.deploy(cdkOut);
    await world.runUntil(later(30 * DAY));
    return JSON.stringify(got(world));
  };
  const [first, again, other] = [await history('a'), await history('a'), await history('b')];
  expect(first).toBe(again);
  expect(first).not.toBe(other);
});

test('a month with 240 invocations of three AWS calls each passes quickly', async () => {
  const world = await start();
  await world.deploy(await caller('cron(0 0/3 * * ? *)'));
  const begin = performance.now();
  await world.runUntil(later(30 * DAY));
  const seconds = (performance.now() - begin) / 1000;
  expect(got(world)).toHaveLength(240);
  expect(world.calls.total()).toBe(720);
  // It takes a second; a machine that is busy with other tests gets room.
  expect(seconds).toBeLessThan(6);
});

test('with real time, a schedule of the near future fires', async () => {
  const world = await start({ start: new Date(Date.parse('2026-01-01T02:59:59.700Z')) });
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
  await expect.poll(() => got(world).length, { timeout: 5_000 }).toBe(1);
  expect(errors).toEqual([]);
});

describe('a world that runs with real time can be taken on', () => {
  const daily = async () =>
    assembly(
      {
        Resources: {
          Role: ROLE,
          Function: lambdaFunction('echo'),
          ...ruleFor('Function', { ScheduleExpression: 'cron(0 3 * * ? *)' }),
        },
      },
      { echo: ECHO },
    );

  test('it lives through every run until then, and real time goes on from there', async () => {
    const world = await start();
    await world.deploy(await daily());
    world.followRealTime((error) => expect.fail(String(error)));
    await world.moveOn(later(10 * DAY));
    expect(got(world).map(({ at }) => Math.floor(at / 3_600_000))).toEqual(
      Array.from({ length: 10 }, (_, day) => day * 24 + 3),
    );
    const arrived = world.clock.now();
    expect(arrived - later(10 * DAY).getTime()).toBeLessThan(5_000);
    await expect.poll(() => world.clock.now()).toBeGreaterThan(arrived + 20);
    await world.moveOn(later(11 * DAY));
    expect(got(world)).toHaveLength(11);
  });

  test('but not back, and a task that fails on the way is told and stops nothing', async () => {
    const world = await start();
    await world.deploy(await daily());
    const told: unknown[] = [];
    world.followRealTime((error) => told.push(error));
    world.scheduler.at(later(DAY).getTime(), 'broken', async () => {
      throw new Error('broken');
    });
    await expect(world.moveOn(later(-1))).rejects.toThrow('2025-12-31T23:59:59.999Z has passed already');
    await world.moveOn(later(2 * DAY));
    expect(got(world)).toHaveLength(2);
    expect(told).toEqual([new Error('broken')]);
  });

  test('and whoever has it taken on can call it off on the way', async () => {
    const world = await start();
    await world.deploy(await daily());
    world.followRealTime((error) => expect.fail(String(error)));
    const calledOff = new AbortController();
    world.scheduler.at(later(5 * DAY).getTime(), 'enough', async () => calledOff.abort());
    await world.moveOn(later(365 * DAY), calledOff.signal);
    expect(got(world)).toHaveLength(5);
    expect(world.clock.now()).toBeLessThan(later(6 * DAY).getTime());
  });
});

test('a function invokes another one over the wire, as its role may', async () => {
  const world = await start({ accountServer: { authorize: ({ action }) => ({ allowed: action === 'Invoke' }) } });
  const caller = `
    import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
    export const handler = async (event) => {
      const { Payload, FunctionError } = await new LambdaClient().send(new InvokeCommand({ FunctionName: 'team', Payload: JSON.stringify(event) }));
      return { failed: FunctionError, answer: JSON.parse(Payload.transformToString()) };
    };`;
  const team = `
    import { setTimeout as sleep } from 'node:timers/promises';
    export const handler = async ({ n }) => {
      await sleep(40_000);
      if (n === 2) throw new TypeError('two');
      return { n };
    };`;
  const resources = {
    Role: ROLE,
    Caller: lambdaFunction('caller', { Timeout: 300 }),
    Team: lambdaFunction('team', { FunctionName: 'team', Timeout: 60 }),
  };
  const deployment = await world.deploy(await assembly({ Resources: resources }, { caller, team }));
  const name = functionNameOf(deployment, 'caller');
  const begin = world.clock.now();
  expect(JSON.parse((await world.invoke(name, { n: 1 })).payload)).toEqual({ answer: { n: 1 } });
  expect(world.clock.now() - begin).toBeGreaterThan(40_000);
  expect(JSON.parse((await world.invoke(name, { n: 2 })).payload)).toMatchObject({
    failed: 'Unhandled',
    answer: { errorType: 'TypeError', errorMessage: 'two' },
  });
  expect(world.calls.byAction(name)).toEqual({ 'lambda:Invoke': 2 });
});
