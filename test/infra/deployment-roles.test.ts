import { CliCredentialsStackSynthesizer, DefaultStackSynthesizer } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../functions/core/config/config';
import { mayAdministrator, mayFunction, type Request, secretPolicyOf } from './access';
import { ACCOUNT, arnOfSecret, deployed, REGION } from './deployed';
import { type CfnTemplate, errorsOf, ONE_KEY, resourcesOf, stackOf, synthesize, templateOf } from './synthesized';

const DEPLOYER = `arn:aws:iam::${ACCOUNT}:role/cdk-hnb659fds-cfn-exec-role-${ACCOUNT}-${REGION}`;
const OWN = `arn:aws:iam::${ACCOUNT}:role/deployment/pipeline`;
const secret = arnOfSecret('keyturn/web-shop');

const MAY_READ: ConfigInput = { ...ONE_KEY, deployment: { mayReadSecrets: true } };
const off = synthesize(ONE_KEY);
const on = synthesize(MAY_READ);

/** Whether somebody with every right of the account's own may do this to the secret. */
function may(template: CfnTemplate, principal: string, action: string): Promise<boolean> {
  // These are about no secret.
  if (action === 'GetRandomPassword' || action === 'ListSecrets') {
    return mayAdministrator(principal, { action: `secretsmanager:${action}`, resource: '*' });
  }
  const resourcePolicy = secretPolicyOf(template, 'web-shop');
  return mayAdministrator(principal, { action: `secretsmanager:${action}`, resource: secret, resourcePolicy });
}

/**
 * What CloudFormation does to a secret in the name of the role that deploys: the permissions that the published schema of
 * AWS::SecretsManager::Secret lists for each handler.
 */
const HANDLERS = {
  create: ['CreateSecret', 'DescribeSecret', 'GetRandomPassword', 'ReplicateSecretToRegions', 'TagResource'],
  read: ['DescribeSecret', 'GetSecretValue'],
  update: [
    'GetRandomPassword',
    'GetSecretValue',
    'RemoveRegionsFromReplication',
    'ReplicateSecretToRegions',
    'TagResource',
    'UntagResource',
    'UpdateSecret',
  ],
  delete: ['DeleteSecret', 'DescribeSecret', 'RemoveRegionsFromReplication'],
  list: ['ListSecrets'],
} as const;

/** What of it a person asks for. */
const OPERATIONS: readonly (readonly [operation: string, handlers: readonly (keyof typeof HANDLERS)[]])[] = [
  ['creation', ['create']],
  ['a change of the description', ['read', 'update']],
  ['a change of tags', ['read', 'update']],
  ['a change of the encryption key', ['read', 'update']],
  ['the detection of drift', ['read']],
  ['the import of a retained secret', ['read', 'update']],
  ['deletion', ['delete']],
];

describe('CloudFormation and the managed secrets', () => {
  it.each(OPERATIONS)('with the setting, %s has every permission that its handlers list', async (_what, handlers) => {
    for (const action of handlers.flatMap((handler) => HANDLERS[handler])) {
      expect(await may(on, DEPLOYER, action), action).toBe(true);
    }
  });

  it.each(OPERATIONS)('without it, all that %s may lack is reading the value', async (_what, handlers) => {
    for (const action of handlers.flatMap((handler) => HANDLERS[handler])) {
      expect(await may(off, DEPLOYER, action), action).toBe(action !== 'GetSecretValue');
    }
  });

  it('K6: with the setting any template’s {{resolve:secretsmanager:keyturn/web-shop}} can read the live key, so it is off', async () => {
    // CloudFormation resolves a dynamic reference by GetSecretValue, in the name of the role that deploys the template.
    expect(await may(on, DEPLOYER, 'GetSecretValue')).toBe(true);
    expect(await may(off, DEPLOYER, 'GetSecretValue')).toBe(false);
  });

  it('the setting opens reading alone, and to that role alone', async () => {
    for (const action of ['PutSecretValue', 'UpdateSecretVersionStage']) {
      expect(await may(on, DEPLOYER, action), action).toBe(false);
    }
    for (const other of ['administrator', `cdk-other-cfn-exec-role-${ACCOUNT}-${REGION}`]) {
      expect(await may(on, `arn:aws:iam::${ACCOUNT}:role/${other}`, 'GetSecretValue'), other).toBe(false);
    }
  });

  it('the role is the bootstrap stack’s, of its own qualifier, or the one that is named', async () => {
    const synthesizer = new DefaultStackSynthesizer({ qualifier: 'acme' });
    const qualified = templateOf(stackOf(MAY_READ, { synthesizer, env: { account: ACCOUNT, region: REGION } }));
    const named = synthesize({ ...ONE_KEY, deployment: { mayReadSecrets: true, role: OWN } });

    expect(await may(qualified, DEPLOYER.replace('hnb659fds', 'acme'), 'GetSecretValue')).toBe(true);
    expect(await may(qualified, DEPLOYER, 'GetSecretValue')).toBe(false);
    expect(await may(named, OWN, 'GetSecretValue')).toBe(true);
    expect(await may(named, DEPLOYER, 'GetSecretValue')).toBe(false);
  });

  it('a stack that is deployed without such a role has to name one', () => {
    const synthesizer = () => new CliCredentialsStackSynthesizer();

    expect(errorsOf(stackOf(MAY_READ, { synthesizer: synthesizer() }))).toEqual([
      expect.stringMatching(/^deployment\.role: expected the ARN of the role that deploys, found nothing/),
    ]);
    const named = { ...ONE_KEY, deployment: { mayReadSecrets: true, role: OWN } };
    expect(errorsOf(stackOf(named, { synthesizer: synthesizer() }))).toEqual([]);
    expect(errorsOf(stackOf(ONE_KEY, { synthesizer: synthesizer() }))).toEqual([]);
  });

  it('where the stack has the KMS key, its policy admits the role as well, and only with the setting', async () => {
    const decrypt = async (config: ConfigInput) => {
      const template = synthesize({ ...config, encryption: 'customer-managed' });
      const key = resourcesOf(template, 'AWS::KMS::Key').find(({ id }) => id.includes('Encryption'));
      return mayAdministrator(DEPLOYER, {
        action: 'kms:Decrypt',
        resource: `arn:aws:kms:${REGION}:${ACCOUNT}:key/${key?.id}`,
        context: { 'kms:ViaService': `secretsmanager.${REGION}.amazonaws.com` },
        resourcePolicy: deployed(template, key?.Properties.KeyPolicy) as Request['resourcePolicy'],
      });
    };

    expect([await decrypt(ONE_KEY), await decrypt(MAY_READ)]).toEqual([false, true]);
  });
});

describe('the path of the roles', () => {
  const audit = {
    forwardTo: 'arn:aws:events:eu-west-1:444455556666:event-bus/security',
    archive: { years: 7 },
    report: {},
  };
  const rolesOf = (config: ConfigInput) => resourcesOf(synthesize({ ...config, audit }), 'AWS::IAM::Role');

  it('is none unless it is configured, so that no update replaces a role', () => {
    expect(rolesOf(ONE_KEY).filter(({ Properties }) => 'Path' in Properties)).toEqual([]);
    expect(rolesOf({ ...ONE_KEY, deployment: { rolePath: '/' } })).toEqual(rolesOf(ONE_KEY));
  });

  it('is every role’s, so that one pattern names them all', () => {
    const roles = rolesOf({ ...ONE_KEY, deployment: { rolePath: '/keyturn/' } });

    expect(roles).toHaveLength(6);
    expect(new Set(roles.map(({ Properties }) => Properties.Path))).toEqual(new Set(['/keyturn/']));
  });

  it('changes nothing of what the functions may do: policies name roles by reference', async () => {
    const template = synthesize({ ...ONE_KEY, deployment: { rolePath: '/keyturn/' } });
    const resourcePolicy = secretPolicyOf(template, 'web-shop');
    const store: Request = { action: 'secretsmanager:PutSecretValue', resource: secret, resourcePolicy };

    expect(await mayFunction(template, 'rotate', store)).toBe(true);
    expect(await mayFunction(template, 'delete', store)).toBe(false);
  });

  it.each(['keyturn', '/keyturn', 'keyturn/', '//', `/${'k'.repeat(30)}/`, '/key turn/'])(
    'is refused as %s',
    (rolePath) => {
      const stack = stackOf({ ...ONE_KEY, deployment: { rolePath } });

      expect(errorsOf(stack)).toEqual([expect.stringMatching(/^deployment\.rolePath: /)]);
    },
  );
});
