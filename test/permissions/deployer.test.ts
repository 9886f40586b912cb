import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { App } from 'aws-cdk-lib';
import { AccountRootPrincipal, PolicyDocument, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { afterEach, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../functions/core/config/config';
import { KeyturnStack } from '../../infra';
import { DeployedWorld, synthesized } from '../support/deployed-world';
import { Enforcement } from './enforcement';

const DEPLOYER = 'cdk-hnb659fds-cfn-exec-role-111122223333-eu-west-1';

/** The role that the CDK's bootstrap stack makes for CloudFormation, with its usual rights. */
function bootstrapped(app: App): void {
  const stack = app.node.findChild('Keyturn');
  if (!(stack instanceof KeyturnStack)) throw new Error('There is no KeyturnStack');
  const everything = new PolicyStatement({ sid: 'Everything', actions: ['*'], resources: ['*'] });
  new Role(stack, 'Deployer', {
    roleName: DEPLOYER,
    assumedBy: new AccountRootPrincipal(),
    inlinePolicies: { AdministratorAccess: new PolicyDocument({ statements: [everything] }) },
  });
}

let deployed: DeployedWorld | undefined;
afterEach(() => deployed?.close());

/** A key that was rotated and delivered, with the policies of the deployment in force. */
async function lived(deployment: ConfigInput['deployment'], createUser = false) {
  const enforcement = new Enforcement();
  const life: { afterCall?: (action: string) => void } = {};
  const config: ConfigInput = {
    connections: { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } },
    keys: [
      {
        id: 'shop',
        user: 'ci-shop',
        createUser,
        deliverTo: [{ connection: 'acme', repository: 'acme/shop', environment: 'Production' }],
      },
    ],
    deployment,
  };
  const opened = await DeployedWorld.open(synthesized(config, bootstrapped), {
    onDeploy: (made, world) => enforcement.enforce(made, world),
    world: {
      accountServer: {
        authorize: enforcement.authorize,
        allowedSkew: Number.POSITIVE_INFINITY,
        onCall: ({ action }) => life.afterCall?.(action),
      },
    },
  });
  deployed = opened;
  await opened.until(0, 2);
  return Object.assign(life, { opened, enforcement });
}

/** What CloudFormation does to put a template's `{{resolve:secretsmanager:keyturn/shop}}` in its place. */
async function resolved({ world: { account, accountUrl: endpoint } }: DeployedWorld) {
  const { accessKeyId, secretAccessKey, sessionToken } = account.roleSession(
    account.iam.roles.get(DEPLOYER).arn,
    'CFN',
  );
  const credentials = { accessKeyId, secretAccessKey, sessionToken };
  const client = new SecretsManagerClient({ endpoint, region: account.region, credentials });
  return client.send(new GetSecretValueCommand({ SecretId: 'keyturn/shop' }));
}

describe('the role that CloudFormation deploys with', () => {
  it('K6: reads no live key, whatever its rights are', async () => {
    const { opened } = await lived({});

    await expect(resolved(opened)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('reads every live key where mayReadSecrets lets it, so that any template can', async () => {
    const { opened, enforcement } = await lived({ mayReadSecrets: true });
    const { SecretString = '' } = await resolved(opened);

    expect(JSON.parse(SecretString)).toMatchObject({ accessKeyId: opened.keys('ci-shop').at(-1)?.id });
    expect(enforcement.denied).toEqual([]);
  });
});

describe('roles under a path', () => {
  it('do what they did without one, and know their own keys: what a dead run has left is discarded', async () => {
    // Its first key is its only one, so there is room for another.
    const life = await lived({ rolePath: '/keyturn/' }, true);
    const { opened, enforcement } = life;
    const { account, functions } = opened.world;
    expect(account.iam.roles.all().filter(({ path }) => path === '/keyturn/')).toHaveLength(4);
    expect(opened.unsettled()).toEqual([]);
    life.afterCall = (action) => {
      if (action !== 'CreateAccessKey') return;
      delete life.afterCall;
      void functions.kill(opened.functionName('rotate'));
    };
    await opened.run('rotate', { keys: ['shop'] });
    await opened.until(1, 4);

    expect(opened.history()).toContain('rotate finding orphan-discarded');
    expect(opened.history().filter((line) => line.includes('foreign-key'))).toEqual([]);
    expect(enforcement.denied).toEqual([]);
  });
});
