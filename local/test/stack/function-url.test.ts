import { GetFunctionUrlConfigCommand, GetPolicyCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import type { Authorization, AwsCall } from '../../account/principal';
import { functionNameOf } from '../../stack/deployment';
import type { World } from '../../world';
import { start } from '../test-world';
import { assembly, lambdaFunction, ROLE } from './assembly';

/** Gives the event back, or what the body asks for. */
const SOURCE = `exports.handler = async (event) => {
  const asked = event.body === undefined ? undefined : event.isBase64Encoded ? undefined : JSON.parse(event.body);
  if (asked?.throws) throw new Error('no');
  return asked?.answer ?? event;
};`;

const RESOURCES = {
  Role: ROLE,
  Front: lambdaFunction('front'),
  Url: { Type: 'AWS::Lambda::Url', Properties: { TargetFunctionArn: { Ref: 'Front' }, AuthType: 'AWS_IAM' } },
};

async function deployed(resources = {}, authorize?: (call: AwsCall) => Authorization) {
  const Outputs = { Url: { Value: { 'Fn::GetAtt': ['Url', 'FunctionUrl'] } } };
  const folder = await assembly({ Resources: { ...RESOURCES, ...resources }, Outputs }, { front: SOURCE });
  const world = await start({ accountServer: authorize === undefined ? {} : { authorize } });
  const deployment = await world.deploy(folder);
  return { world, deployment, url: deployment.outputs.Url ?? '' };
}

/** Signs with the SDK's own signer, and sends. */
async function ask(world: World, url: string, given: Partial<Asking> = {}): Promise<Response> {
  const {
    credentials = world.account.rootSession(),
    at = world.clock.now(),
    sent,
    body = '{}',
    method = 'POST',
  } = given;
  const client = new LambdaClient({ region: world.account.region, credentials });
  const { hostname, port, pathname, search, searchParams, protocol } = new URL(url);
  const signer = await client.config.signer();
  const signed = await signer.sign(
    {
      ...{ protocol, hostname, method, body, port: Number(port), path: pathname },
      query: Object.fromEntries(searchParams),
      headers: { host: `${hostname}:${port}`, 'content-type': 'application/json' },
    },
    { signingDate: new Date(at), signingService: given.service },
  );
  const { host: _host, ...headers } = { ...signed.headers, ...given.headers };
  return fetch(`${url.slice(0, url.length - search.length)}${search}`, { method, headers, body: sent ?? body });
}

interface Asking {
  readonly credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  readonly at: number;
  readonly method: string;
  readonly body: string;
  /** In place of the body that was signed. */
  readonly sent: string;
  readonly service: string;
  /** After it was signed. */
  readonly headers: Readonly<Record<string, string>>;
}

describe('the URL of a function', () => {
  it('hands the function what was asked and who signed it, in the payload of version 2.0', async () => {
    const { world, url } = await deployed();
    const { account } = world;
    account.iam.roles.create({ RoleName: 'Operator', AssumeRolePolicyDocument: '{}' });
    const { arn } = account.iam.roles.get('Operator');
    const session = account.roleSession(arn, 'alice');
    const { sessionToken = '' } = session;
    const credentials = { ...session, sessionToken };
    const body = JSON.stringify({ ü: 1 });
    const answer = await ask(world, `${url}a/b?x=1`, { credentials, body });
    expect(answer.status).toBe(200);
    const userArn = 'arn:aws:sts::111122223333:assumed-role/Operator/alice';
    expect(await answer.json()).toMatchObject({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/a/b',
      rawQueryString: 'x=1',
      queryStringParameters: { x: '1' },
      headers: { 'content-type': 'application/json' },
      requestContext: {
        accountId: '111122223333',
        authorizer: {
          iam: {
            accessKey: session.accessKeyId,
            accountId: '111122223333',
            userArn,
            userId: expect.stringMatching(/^AROA\w+:alice$/),
          },
        },
        http: { method: 'POST', path: '/a/b' },
        stage: '$default',
      },
      body,
      isBase64Encoded: false,
    });
  });

  it('gives back the status, the headers and the body that the function answers', async () => {
    const { world, url } = await deployed();
    const answer = { statusCode: 409, headers: { 'X-Own': 'yes' }, body: '{"refused":true}' };
    const got = await ask(world, url, { body: JSON.stringify({ answer }) });
    expect([got.status, got.headers.get('x-own'), await got.json()]).toEqual([409, 'yes', { refused: true }]);
    const plain = await ask(world, url, { body: JSON.stringify({ answer: { done: true } }) });
    expect([plain.status, await plain.json()]).toEqual([200, { done: true }]);
    expect((await ask(world, url, { body: '{"throws":true}' })).status).toBe(502);
  });

  it('takes no request that is not signed, or not as it was sent', async () => {
    const { world, url } = await deployed();
    const { accessKeyId } = world.account.rootSession();
    const stranger = { accessKeyId, secretAccessKey: 'guessed' };
    const refused = [
      () => fetch(url, { method: 'POST', body: '{}' }),
      () => ask(world, url, { credentials: stranger }),
      () => ask(world, url, { body: '{"a":1}', sent: '{"a":2}' }),
      () => ask(world, url, { at: world.clock.now() - 16 * 60_000 }),
      () => ask(world, url, { service: 'execute-api' }),
      () => ask(world, url, { headers: { 'x-amz-date': '20260101T000100Z' } }),
    ];
    for (const [at, attempt] of refused.entries()) {
      const answer = await attempt();
      expect(answer.status, String(at)).toBe(403);
      expect(Object.keys(await answer.json()), String(at)).toContain('Message');
    }
  });

  it('asks for the right to it, and is refused where there is none', async () => {
    const asked: unknown[] = [];
    const { world, url } = await deployed({}, (call) => {
      asked.push([call.service, call.action, call.input.UrlId]);
      return { allowed: false };
    });
    expect((await ask(world, url)).status).toBe(403);
    expect(asked).toEqual([['lambda', 'InvokeFunctionUrl', expect.stringMatching(/^[0-9a-f]{32}$/)]]);
  });

  it('is known to whoever asks Lambda for it, and so are the statements that are for URLs only', async () => {
    const permission = (properties: object) => ({
      Type: 'AWS::Lambda::Permission',
      Properties: { FunctionName: { Ref: 'Front' }, Principal: '111122223333', ...properties },
    });
    const { world, deployment, url } = await deployed({
      MayUrl: permission({ Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'AWS_IAM' }),
      MayInvoke: permission({ Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true }),
    });
    const FunctionName = functionNameOf(deployment, 'Front');
    const client = new LambdaClient({
      endpoint: world.accountUrl,
      region: world.account.region,
      credentials: world.account.rootSession(),
      systemClockOffset: world.clock.now() - Date.now(),
    });
    const config = await client.send(new GetFunctionUrlConfigCommand({ FunctionName }));
    expect(config).toMatchObject({ FunctionUrl: url, AuthType: 'AWS_IAM', InvokeMode: 'BUFFERED' });
    const { Policy = '' } = await client.send(new GetPolicyCommand({ FunctionName }));
    expect(JSON.parse(Policy).Statement).toEqual([
      expect.objectContaining({
        Sid: 'MayUrl',
        Action: 'lambda:InvokeFunctionUrl',
        Principal: { AWS: '111122223333' },
        Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } },
      }),
      expect.objectContaining({
        Sid: 'MayInvoke',
        Action: 'lambda:InvokeFunction',
        Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } },
      }),
    ]);
    // A statement for URLs lets no service in.
    expect(world.functions.allows(FunctionName, '111122223333', 'arn:aws:events:::rule/x')).toBe(false);
  });

  it('stays what it is when the function is deployed again, and is nobody’s when it is taken away', async () => {
    const { world, url } = await deployed();
    const { Url: _url, ...without } = RESOURCES;
    const same = await world.deploy(
      await assembly(
        { Resources: RESOURCES, Outputs: { Url: { Value: { 'Fn::GetAtt': ['Url', 'FunctionUrl'] } } } },
        { front: `${SOURCE}//` },
      ),
    );
    expect(same.outputs.Url).toBe(url);
    await world.deploy(await assembly({ Resources: without }, { front: SOURCE }));
    expect((await ask(world, url)).status).toBe(404);
  });

  it.each([
    ['open to everybody', { AuthType: 'NONE' }],
    ['for other origins', { AuthType: 'AWS_IAM', Cors: {} }],
  ])('is not one that is %s', async (_what, properties) => {
    const Url = { Type: 'AWS::Lambda::Url', Properties: { TargetFunctionArn: { Ref: 'Front' }, ...properties } };
    await expect(deployed({ Url })).rejects.toThrow('not supported');
  });
});
