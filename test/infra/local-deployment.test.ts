import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { METRIC, METRICS_NAMESPACE, METRICS_SERVICE } from '../../functions/core/names';
import { KeyturnStack } from '../../infra';
import { type Deployment, functionNameOf } from '../../local/stack/deployment';
import { World } from '../../local/world';

const START = new Date('2026-01-01T00:00:00Z');
const MINUTE = 60_000;

let world: World;
let deployment: Deployment;

beforeAll(async () => {
  const outdir = mkdtempSync(join(tmpdir(), 'keyturn-cdk-'));
  const app = new App({ outdir });
  new KeyturnStack(app, 'Keyturn', {
    config: {
      connections: { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } },
      keys: [
        {
          id: 'web-shop',
          user: 'bitbucket-web-shop',
          deliverTo: [{ connection: 'acme', repository: 'acme/web-shop', environment: 'Production' }],
        },
      ],
      notify: ['security@example.com'],
      trail: 'create',
      encryption: 'customer-managed',
    },
  });
  app.synth();

  world = await World.start({ start: START, seed: 'stack' });
  const {
    account,
    hosts: { bitbucket },
  } = world;
  account.iam.users.create({ UserName: 'bitbucket-web-shop' });
  bitbucket.addWorkspace('acme');
  bitbucket.addRepository('acme', 'web-shop');
  bitbucket.addEnvironment('acme', 'web-shop', 'Production');
  const accessToken = bitbucket.addAccessToken({
    workspace: 'acme',
    repository: 'web-shop',
    scopes: ['pipeline', 'pipeline:variable'],
  });
  account.secretsManager.createSecret({
    Name: 'keyturn/connections/acme',
    SecretString: JSON.stringify({ accessToken }),
  });
  deployment = await world.deploy(outdir);
});
afterAll(() => world.close());

describe('the real stack', () => {
  test('deploys with its functions, rules, roles, secrets and queues', () => {
    expect(['rotate', 'deactivate', 'delete', 'sync'].map((name) => functionNameOf(deployment, name))).toHaveLength(4);
    expect(deployment.rules.length).toBeGreaterThanOrEqual(7);
    expect(deployment.roles.length).toBeGreaterThanOrEqual(4);
    expect(deployment.roles.flatMap(({ foreignPolicies }) => foreignPolicies)).toEqual([]);
    expect(deployment.secrets).toMatchObject([{ name: 'keyturn/web-shop', resourcePolicy: { Version: '2012-10-17' } }]);
    // Of the seal, of the topic, and of the secrets.
    expect(deployment.keys).toMatchObject(Array(3).fill({ policy: { Version: '2012-10-17' } }));
    expect(deployment.queues).toHaveLength(2);
    expect(deployment.topics).toHaveLength(1);
  });

  test('rotates right after the deployment, and the pipeline’s variables authenticate', async () => {
    await world.runUntil(new Date(START.getTime() + 10 * MINUTE));
    const variables = world.hosts.bitbucket.pipelineVariables('acme', 'web-shop', 'Production');
    const principal = world.account.authenticate(
      {
        accessKeyId: variables.AWS_ACCESS_KEY_ID ?? '',
        secretAccessKey: variables.AWS_SECRET_ACCESS_KEY ?? '',
      },
      'sts',
    );
    expect(principal.userName).toBe('bitbucket-web-shop');
    expect(deployment.queues.flatMap(({ messages }) => messages)).toEqual([]);
  });

  test('has its metrics in CloudWatch', () => {
    const dimensions = { service: METRICS_SERVICE, function: 'rotate' };
    const finished = { namespace: METRICS_NAMESPACE, name: METRIC.finished, dimensions };
    const { metrics } = world.account.cloudWatch;
    expect(metrics.between(finished, START.getTime(), START.getTime() + 10 * MINUTE)?.sum).toBeGreaterThan(0);
  });
});
