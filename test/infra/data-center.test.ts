import { App, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { askPolicy } from '../../cli/datacenter/ask-policy';
import { Encryption } from '../../infra';
import { mayAdministrator, mayWith, type PolicyDocument, secretPolicyOf } from './access';
import { ACCOUNT, arnOfSecret, deployed, REGION, roleArn } from './deployed';
import { errorsOf, resourcesOf, rotationIn, templateOf } from './synthesized';

/** Two keys on one customer-managed KMS key; the hosts read the first one. */
function scene() {
  const stack = new Stack(new App(), 'Keyturn', { env: { account: ACCOUNT, region: REGION } });
  const rotation = rotationIn(stack, { encryption: Encryption.CUSTOMER_MANAGED });
  const key = rotation.manage('web-shop', { user: 'web-shop' });
  rotation.manage('other', { user: 'other' });
  const hosts = new Role(stack, 'Hosts', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
  return { stack, key, hosts };
}

const read = 'secretsmanager:GetSecretValue';

describe('grantDataCenterRead (K12)', () => {
  const { stack, key, hosts } = scene();
  key.grantDataCenterRead(hosts);
  key.grantDataCenterRead(hosts);
  const template = templateOf(stack);
  const HOSTS = roleArn(resourcesOf(template, 'AWS::IAM::Role').find(({ id }) => id.startsWith('Hosts'))?.id ?? '');
  const secretOf = (id: string) => ({
    resource: arnOfSecret(`keyturn/${id}`),
    resourcePolicy: secretPolicyOf(template, id),
  });
  const [kmsKey] = resourcesOf(template, 'AWS::KMS::Key').filter(({ id }) => id.includes('Encryption'));
  const keyPolicy = deployed(template, kmsKey?.Properties.KeyPolicy) as PolicyDocument;
  const decrypt = (service: string) => ({
    action: 'kms:Decrypt',
    resource: `arn:aws:kms:${REGION}:${ACCOUNT}:key/${kmsKey?.id}`,
    context: { 'kms:ViaService': `${service}.${REGION}.amazonaws.com` },
    resourcePolicy: keyPolicy,
  });

  it('lets exactly this role read exactly this secret, and decrypt it through Secrets Manager alone', async () => {
    expect(errorsOf(stack)).toEqual([]);
    expect(await mayAdministrator(HOSTS, { action: read, ...secretOf('web-shop') })).toBe(true);
    expect(await mayAdministrator(HOSTS, { action: read, ...secretOf('other') })).toBe(false);
    expect(await mayAdministrator(HOSTS, { action: 'secretsmanager:PutSecretValue', ...secretOf('web-shop') })).toBe(
      false,
    );
    expect(await mayAdministrator(roleArn('Stranger'), { action: read, ...secretOf('web-shop') })).toBe(false);
    expect(await mayAdministrator(HOSTS, decrypt('secretsmanager'))).toBe(true);
    expect(await mayAdministrator(HOSTS, decrypt('s3'))).toBe(false);
    expect(await mayAdministrator(roleArn('Stranger'), decrypt('secretsmanager'))).toBe(false);
    expect(await mayWith([], { action: read, ...secretOf('web-shop') })).toBe(false);
  });

  it('names the role once', () => {
    const text = JSON.stringify(secretPolicyOf(template, 'web-shop'));
    expect(text.split(HOSTS)).toHaveLength(3);
    expect(JSON.stringify(keyPolicy).split(HOSTS)).toHaveLength(2);
  });

  it('makes what "keyturn datacenter" asks the policies for', () => {
    const { resource, resourcePolicy } = secretOf('web-shop');
    const asked = (role: string, policy: PolicyDocument, action: string, to: string) =>
      askPolicy(JSON.stringify(policy), {
        role,
        action,
        resource: to,
        context: {
          'aws:principalarn': role,
          'kms:viaservice': `secretsmanager.${REGION}.amazonaws.com`,
          'kms:encryptioncontext:secretversionid': 'AKIA',
        },
      });
    expect(asked(HOSTS, resourcePolicy, read, resource)).toBe('allows');
    expect(asked(roleArn('Stranger'), resourcePolicy, read, resource)).toBe('denies');
    expect(asked(HOSTS, keyPolicy, 'kms:Decrypt', decrypt('').resource)).toBe('allows');
    expect(asked(roleArn('Stranger'), keyPolicy, 'kms:Decrypt', decrypt('').resource)).toBe('silent');
  });

  it('is the same as the role among the readers', () => {
    const given = scene();
    const role = Role.fromRoleArn(given.stack, 'Imported', `arn:aws:iam::${ACCOUNT}:role/Bitbucket`);
    given.key.grantDataCenterRead(role);
    const other = new Stack(new App(), 'Keyturn', { env: { account: ACCOUNT, region: REGION } });
    const rotation = rotationIn(other, { encryption: Encryption.CUSTOMER_MANAGED });
    rotation.manage('web-shop', { user: 'web-shop', readers: [role.roleArn] });
    expect(secretPolicyOf(templateOf(given.stack), 'web-shop')).toEqual(secretPolicyOf(templateOf(other), 'web-shop'));
  });

  it('refuses a role of another account where only aws/secretsmanager encrypts', () => {
    const stack = new Stack(new App(), 'Keyturn', { env: { account: ACCOUNT, region: REGION } });
    const key = rotationIn(stack).manage('web-shop', { user: 'web-shop' });
    key.grantDataCenterRead(Role.fromRoleArn(stack, 'Foreign', 'arn:aws:iam::999988887777:role/Bitbucket'));
    expect(errorsOf(stack)).toEqual([expect.stringMatching(/^readers: expected roles of the account of the stack/)]);
  });

  it('of a key with mistakes says nothing more', () => {
    const stack = new Stack(new App(), 'Keyturn');
    const key = rotationIn(stack).manage('Web Shop', { user: 'web-shop' });
    key.grantDataCenterRead(Role.fromRoleArn(stack, 'Hosts', `arn:aws:iam::${ACCOUNT}:role/Bitbucket`));
    expect(errorsOf(stack)).toEqual([expect.stringMatching(/^id: /)]);
  });
});
