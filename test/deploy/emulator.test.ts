import { CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { App, type CfnResource, Stack } from 'aws-cdk-lib';
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedAssembly } from '../support/shared-assembly';
import { deploy } from './cdk';
import { DAY, DeployWorld } from './world';

let world: DeployWorld;
beforeAll(async () => {
  world = await DeployWorld.start();
});
afterAll(() => world.close());

/** Resources that have a name of their own. */
const RESOURCES: Readonly<Record<string, (stack: Stack, id: string) => CfnResource>> = {
  secret: (stack, id) => new CfnSecret(stack, id, { name: 'taken' }),
  'log group': (stack, id) => new CfnLogGroup(stack, id, { logGroupName: 'taken' }),
  'managed policy': (stack, id) =>
    new CfnManagedPolicy(stack, id, {
      managedPolicyName: 'taken',
      policyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:*', Resource: '*' }] },
    }),
  alarm: (stack, id) =>
    new CfnAlarm(stack, id, {
      alarmName: 'taken',
      metricName: 'Failed',
      namespace: 'Anything',
      statistic: 'Sum',
      period: 60,
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: 'GreaterThanThreshold',
    }),
};

function assemblyWith(name: string, ...kinds: readonly string[]): string {
  return sharedAssembly([name, kinds], (outdir) => {
    const app = new App({ outdir, analyticsReporting: false });
    const stack = new Stack(app, name);
    for (const kind of kinds) RESOURCES[kind]?.(stack, kind.replace(' ', ''));
    app.synth();
  });
}

describe('the emulated account is as strict as AWS where deployments meet it', () => {
  it('a second stack cannot make what has a name that is taken', async () => {
    const kinds = Object.keys(RESOURCES);
    await deploy(world.emulator, assemblyWith('First', ...kinds));
    const second = kinds.map((kind, number) => deploy(world.emulator, assemblyWith(`Second${number}`, kind)));
    const ends = await Promise.allSettled(second);
    for (const [number, end] of ends.entries()) {
      expect(end, kinds[number]).toMatchObject({ reason: { message: expect.stringContaining('already exists') } });
    }
  });

  it('denies what no policy allows, and remembers it', async () => {
    await world.addPipeline('stranger');
    const held = world.bitbucket.pipelineVariables('acme', 'stranger', 'Production');
    const pair = { accessKeyId: held.AWS_ACCESS_KEY_ID ?? '', secretAccessKey: held.AWS_SECRET_ACCESS_KEY ?? '' };
    const reading = world
      .client(SecretsManagerClient, pair)
      .send(new GetSecretValueCommand({ SecretId: 'keyturn/connections/acme' }));
    await expect(reading).rejects.toThrow(/not authorized/);
    expect(world.emulator.denied()).toEqual([expect.stringMatching(/^secretsmanager:GetSecretValue .*user\/stranger/)]);
  });

  it('knows a key by its secret', async () => {
    const held = world.bitbucket.pipelineVariables('acme', 'stranger', 'Production');
    const torn = { accessKeyId: held.AWS_ACCESS_KEY_ID ?? '', secretAccessKey: 'of another key' };
    const login = world.client(SecretsManagerClient, torn).send(new GetSecretValueCommand({ SecretId: 'anything' }));
    await expect(login).rejects.toThrow(/signature/i);
  });

  it('is as late as its clock says', async () => {
    const before = Date.now();
    world.advance(400 * DAY);
    const { User } = await world.client(IAMClient).send(new CreateUserCommand({ UserName: 'late' }));
    expect(User?.CreateDate?.getTime()).toBeGreaterThanOrEqual(before + 400 * DAY - 1000);
  });
});
