import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mayAdministrator, mayFunction, type PolicyDocument, roleOf } from '../infra/access';
import { ACCOUNT } from '../infra/deployed';
import { ONE_KEY, resourcesOf, synthesize } from '../infra/synthesized';

const organizationPolicy: PolicyDocument = JSON.parse(readFileSync('docs/examples/organization-policy.json', 'utf8'));
const template = synthesize({ ...ONE_KEY, deployment: { rolePath: '/keyturn/' } });

const [user] = ONE_KEY.keys;
const USER = `arn:aws:iam::${ACCOUNT}:user/${user?.user}`;
const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const CHANGES = ['iam:UpdateAccessKey', 'iam:DeleteAccessKey'];
const ofRoles = (action: string) => ({ action, resource: role('keyturn/Another'), organizationPolicy });
const ofKeys = (action: string) => ({ action, resource: USER, organizationPolicy });

describe('K5: where the organization’s policy of docs/examples is in force', () => {
  it('the roles of the stack stand under the path that it names', () => {
    const paths = resourcesOf(template, 'AWS::IAM::Role').map(({ Properties }) => Properties.Path);
    expect(new Set(paths)).toEqual(new Set(['/keyturn/']));
  });

  it('rotate, deactivate and delete do their work', async () => {
    const work = { rotate: 'iam:CreateAccessKey', deactivate: 'iam:UpdateAccessKey', delete: 'iam:DeleteAccessKey' };
    for (const [name, action] of Object.entries(work)) {
      const principal = role(`keyturn/${roleOf(template, name as keyof typeof work)}`);
      expect(await mayAdministrator(principal, ofKeys(action)), name).toBe(true);
      expect(await mayFunction(template, name as keyof typeof work, { action, resource: USER }), name).toBe(true);
    }
  });

  it.each(['Admin', 'keyturnx/Rotate', 'other/keyturn/Rotate', 'cdk-hnb659fds-cfn-exec-role-1-eu-west-1'])(
    'the administrator %s makes, changes and deletes no key',
    async (name) => {
      for (const action of ['iam:CreateAccessKey', ...CHANGES])
        expect(await mayAdministrator(role(name), ofKeys(action)), action).toBe(false);
      expect(await mayAdministrator(role(name), { action: 'iam:CreateAccessKey', resource: USER })).toBe(true);
    },
  );

  it('the role for incidents makes a leaked key Inactive, and no new one', async () => {
    for (const action of CHANGES)
      expect(await mayAdministrator(role('incident-response'), ofKeys(action)), action).toBe(true);
    expect(await mayAdministrator(role('incident-response'), ofKeys('iam:CreateAccessKey'))).toBe(false);
  });

  it('nobody makes or changes a role of a name that is let through', async () => {
    for (const name of ['cdk-evil-cfn-exec-role-x', 'cdk-hnb659fds-cfn-exec-role-1-eu-west-1', 'incident-response'])
      for (const action of [
        'iam:CreateRole',
        'iam:UpdateAssumeRolePolicy',
        'iam:AttachRolePolicy',
        'iam:PutRolePolicy',
      ])
        for (const who of ['Admin', 'cdk-hnb659fds-cfn-exec-role-1-eu-west-1', 'incident-response'])
          expect(await mayAdministrator(role(who), { action, resource: role(name), organizationPolicy })).toBe(false);
  });

  it('nobody but a deployment changes the code that runs as rotate, or what its policies say', async () => {
    const changes = {
      'lambda:UpdateFunctionCode': `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:Keyturn-KeyRotationRotate1`,
      'iam:CreatePolicyVersion': `arn:aws:iam::${ACCOUNT}:policy/Keyturn-KeyRotationUsers1`,
    };
    for (const [action, resource] of Object.entries(changes)) {
      expect(await mayAdministrator(role('Admin'), { action, resource, organizationPolicy }), action).toBe(false);
      const deployer = role('cdk-hnb659fds-cfn-exec-role-1-eu-west-1');
      expect(await mayAdministrator(deployer, { action, resource, organizationPolicy }), action).toBe(true);
    }
  });

  it('nobody invokes the fronts with an event that names somebody else, and whoever may ask them does', async () => {
    for (const level of ['Operator', 'Administrator']) {
      const resource = `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:Keyturn-KeyRotation${level}`;
      const direct = { action: 'lambda:InvokeFunction', resource, organizationPolicy };
      expect(await mayAdministrator(role('Admin'), direct)).toBe(false);
      const through = { ...direct, context: { 'lambda:InvokedViaFunctionUrl': 'true' } };
      expect(await mayAdministrator(role('Admin'), through)).toBe(true);
    }
  });

  it('nobody but a deployment makes, changes or passes a role that would be let through', async () => {
    const actions = ['CreateRole', 'PutRolePolicy', 'AttachRolePolicy', 'UpdateAssumeRolePolicy', 'PassRole'];
    for (const action of actions.map((one) => `iam:${one}`)) {
      expect(await mayAdministrator(role('Admin'), ofRoles(action)), action).toBe(false);
      expect(await mayAdministrator(role('keyturn/Rotate'), ofRoles(action)), action).toBe(false);
      expect(await mayAdministrator(role('cdk-hnb659fds-cfn-exec-role-1-eu-west-1'), ofRoles(action))).toBe(true);
    }
  });
});
