import {
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { ECHO, got, later, start } from '../test-world';
import { assembly, lambdaFunction, ROLE, ruleFor } from './assembly';

const HOUR = 3_600_000;

const described = {
  FunctionName: 'echo',
  FunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:echo',
  Description: 'says what it got',
  Runtime: 'nodejs24.x',
  Handler: 'index.handler',
  Timeout: 60,
  MemorySize: 256,
  LastModified: '2026-01-01T00:00:00.000+0000',
  Environment: { Variables: { COLOUR: 'blue' } },
};

async function deployed(source = ECHO) {
  const world = await start({ accountServer: { allowedSkew: Number.POSITIVE_INFINITY } });
  const properties = { FunctionName: 'echo', Description: 'says what it got' };
  const deploy = async (code: string, COLOUR = 'blue') =>
    world.deploy(
      await assembly(
        {
          Resources: {
            Role: ROLE,
            Echo: lambdaFunction('echo', { ...properties, Environment: { Variables: { COLOUR } } }),
            ...ruleFor('Echo', { ScheduleExpression: 'rate(1 day)' }),
          },
        },
        { echo: code },
      ),
    );
  await deploy(source);
  const lambda = new LambdaClient({
    endpoint: world.accountUrl,
    region: 'eu-west-1',
    credentials: world.account.rootSession(),
    maxAttempts: 1,
  });
  return { world, deploy, lambda };
}

test('a deployed function is described: its settings, its code’s digest, when it was changed', async () => {
  const { world, deploy, lambda } = await deployed();
  const FunctionName = 'echo';
  const configuration = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  expect(configuration).toMatchObject({ ...described, State: 'Active', Version: '$LATEST' });
  expect(configuration.CodeSha256).toMatch(/^[\w+/]{43}=$/);
  expect(await lambda.send(new GetFunctionCommand({ FunctionName: described.FunctionArn }))).toMatchObject({
    Configuration: { ...described, CodeSha256: configuration.CodeSha256 },
  });
  expect((await lambda.send(new ListFunctionsCommand({}))).Functions).toMatchObject([described]);

  await world.runUntil(later(HOUR));
  await deploy(ECHO);
  expect(await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))).toMatchObject(described);
  await deploy(ECHO.replace('got ', 'heard '), 'red');
  const changed = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  expect(changed.LastModified).toMatch(/^2026-01-01T01:00/);
  expect(changed.CodeSha256).not.toBe(configuration.CodeSha256);
  await expect(lambda.send(new GetFunctionCommand({ FunctionName: 'nobody' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    $metadata: { httpStatusCode: 404 },
  });
});

test('and who may call it, in its own policy', async () => {
  const { lambda } = await deployed();
  const { Policy = '' } = await lambda.send(new GetPolicyCommand({ FunctionName: 'echo' }));
  expect(JSON.parse(Policy).Statement).toMatchObject([
    {
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'lambda:InvokeFunction',
      Resource: described.FunctionArn,
      Condition: { ArnLike: { 'AWS:SourceArn': expect.stringContaining(':rule/') } },
    },
  ]);
});

test('an asynchronous invocation is taken at once, and runs when it is its turn', async () => {
  const { world, lambda } = await deployed();
  const answer = await lambda.send(
    new InvokeCommand({ FunctionName: 'echo', InvocationType: 'Event', Payload: '{"n":1}' }),
  );
  expect(answer.StatusCode).toBe(202);
  expect(got(world)).toEqual([]);
  await world.runUntil(later(HOUR));
  expect(got(world)).toMatchObject([{ event: { n: 1 } }]);
});
