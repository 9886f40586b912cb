import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secretStateOf } from '../../../cli/rehearsal/witness/secret-state-of';
import { DeliveryTarget, KeyRotation } from '../../../infra';
import type { AwsCall } from '../../../local/account/principal';
import { World } from '../../../local/world';
import { Enforcement } from '../../permissions/enforcement';

const START = new Date('2026-01-01T00:00:00Z');
const MINUTE = 60_000;
const PARAMETER = '/ci/web-shop';
const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';

/** A rotation, and the function of docs/examples that it delivers to, in one stack. */
function synthesized(folder: string): string {
  const code = join(folder, 'code');
  buildSync({
    entryPoints: ['docs/examples/function-host/handler.ts'],
    outfile: join(code, 'index.js'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'silent',
  });
  const app = new App({ outdir: join(folder, 'cdk.out') });
  const stack = new Stack(app, 'Keyturn', { env: { account: ACCOUNT, region: REGION } });
  const deliverer = new LambdaFunction(stack, 'Deliverer', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromAsset(code),
    timeout: Duration.seconds(30),
    environment: { PLACES: `/ci/other, ${PARAMETER}` },
    initialPolicy: [
      new PolicyStatement({
        actions: ['ssm:PutParameter'],
        resources: [`arn:aws:ssm:${REGION}:${ACCOUNT}:parameter${PARAMETER}`],
      }),
    ],
  });
  new KeyRotation(stack, 'KeyRotation').manage('web-shop', {
    user: 'ci-web-shop',
    createUser: true,
    deliverTo: [DeliveryTarget.function(deliverer, { target: { parameter: PARAMETER } })],
  });
  app.synth();
  return join(folder, 'cdk.out');
}

describe('a function of a team’s own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-function-'));
  const enforcement = new Enforcement();
  const invocations: AwsCall[] = [];
  let world: World;

  beforeAll(async () => {
    const cdkOut = synthesized(folder);
    world = await World.start({
      start: START,
      account: { accountId: ACCOUNT, region: REGION },
      accountServer: {
        authorize: enforcement.authorize,
        onCall: (call) => {
          if (call.service === 'lambda') invocations.push(call);
        },
      },
    });
    const deployment = await world.deploy(cdkOut);
    enforcement.enforce(deployment, world);
    await world.runUntil(new Date(START.getTime() + 20 * MINUTE));
  }, 120_000);

  afterAll(async () => {
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('writes the credential where it is told to, and the version counts as delivered', () => {
    const { account } = world;
    const { versions } = secretStateOf(account.secretsManager.describeSecret({ SecretId: 'keyturn/web-shop' }));
    const current = versions.find(({ labels }) => labels.includes('AWSCURRENT'));
    expect(current?.labels).toContainEqual(expect.stringMatching(/^DELIVERED-[0-9a-f]{16}$/));

    const [key] = account.iam.accessKeys.of(account.iam.users.get('ci-web-shop'));
    const admin = account.authenticate(account.rootSession(), 'ssm');
    const { Parameter } = account.invoke(admin, 'ssm', 'GetParameter', { Name: PARAMETER, WithDecryption: true });
    expect(JSON.parse(Parameter.Value)).toMatchObject({
      accessKeyId: key?.id,
      secretAccessKey: key?.secretAccessKey,
    });
  });

  it('K6: is told where the credential is, and not what it is', () => {
    const [key] = world.account.iam.accessKeys.of(world.account.iam.users.get('ci-web-shop'));
    const asked = invocations.map(({ input }) => JSON.parse(String(input.Payload)));

    expect(asked).toEqual([
      {
        schema: 'keyturn.delivery/v1',
        managedKey: 'web-shop',
        secretArn: expect.stringMatching(/:secret:keyturn\/web-shop-\w{6}$/),
        versionId: expect.stringContaining(`access-key-${key?.id}`),
        accessKeyId: key?.id,
        target: { parameter: PARAMETER },
        notAfter: expect.stringMatching(/^2026-01-01T00:\d\d:\d\d\.\d{3}Z$/),
      },
    ]);
    expect(JSON.stringify(invocations)).not.toContain(key?.secretAccessKey);
    expect(world.logs.some(({ line }) => line.includes(key?.secretAccessKey ?? 'none'))).toBe(false);
  });

  it('K12: needs nothing that the deployed policies do not give, and sync may call no other function', async () => {
    expect(enforcement.denied).toEqual([]);
    const sync = world.functions.functions.find(({ functionName }) => functionName.includes('Sync'));
    const deliverer = invocations[0]?.input.FunctionName;
    const may = (resource: unknown, action = 'lambda:InvokeFunction') =>
      enforcement.askForLambda(sync?.roleArn ?? '', { action, resource: String(resource) });

    expect(await may(deliverer)).toBe(true);
    expect(await may(`${deliverer}-2`)).toBe(false);
    expect(await may(`${deliverer}:live`)).toBe(false);
    expect(await may(sync?.functionArn)).toBe(false);
    expect(await may(deliverer, 'lambda:GetFunction')).toBe(false);
  });
});
