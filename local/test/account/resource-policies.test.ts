import { CreateKeyCommand, PutKeyPolicyCommand, SignCommand } from '@aws-sdk/client-kms';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import type { Account } from '../../account/account';
import { resourcePolicies } from '../../account/policy/resource-policies';
import type { AwsCall } from '../../account/principal';
import { world } from './world';

const SecretId = 'acme/shop';
const ROOT = 'arn:aws:iam::111122223333:root';

/** An account in which the policies of resources are in force. */
async function enforcing() {
  let account: Account | undefined;
  const authorize = (call: AwsCall) => (account === undefined ? { allowed: true } : resourcePolicies(account)(call));
  const here = await world({ authorize });
  account = here.account;
  return here;
}

/** A secret, with a policy of its own. */
async function closedSecret(statement: Record<string, unknown>, KmsKeyId?: string) {
  const here = await enforcing();
  await here.secrets.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'v', KmsKeyId }));
  const ResourcePolicy = JSON.stringify({ Version: '2012-10-17', Statement: [{ Resource: '*', ...statement }] });
  await here.secrets.send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy }));
  const bob = here.userWithKey('bob');
  return { ...here, bob: here.clients(bob.keys).secrets };
}

const nobodyBut = (...arns: readonly string[]) => ({
  Effect: 'Deny',
  Principal: '*',
  Action: 'secretsmanager:GetSecretValue',
  Condition: { StringNotEquals: { 'aws:PrincipalArn': arns } },
});

describe('a secret’s own policy', () => {
  it('is the last word, for root too: who is not named does not read', async () => {
    const { secrets, bob } = await closedSecret(nobodyBut('arn:aws:iam::111122223333:user/bob'));
    const read = new GetSecretValueCommand({ SecretId });
    expect(await bob.send(read)).toMatchObject({ SecretString: 'v' });
    await expect(secrets.send(read)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringMatching(
        /^User: arn:aws:iam::111122223333:root is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:acme\/shop-\w{6} with an explicit deny in a resource-based policy$/,
      ),
    });
  });

  it('and denies what it names, nothing else: the glass can be broken', async () => {
    const { secrets } = await closedSecret(nobodyBut('arn:aws:iam::111122223333:user/bob'));
    expect(await secrets.send(new DescribeSecretCommand({ SecretId }))).toMatchObject({ Name: SecretId });
    await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: 'w' }));
    const ResourcePolicy = JSON.stringify({ Statement: [{ Resource: '*', ...nobodyBut(ROOT) }] });
    await secrets.send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy }));
    expect(await secrets.send(new GetSecretValueCommand({ SecretId }))).toMatchObject({ SecretString: 'w' });
  });

  it('that cannot be judged refuses, and says why', async () => {
    const { secrets } = await closedSecret({ ...nobodyBut(), Condition: { StringFits: { 'aws:PrincipalArn': '*' } } });
    await expect(secrets.send(new GetSecretValueCommand({ SecretId }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('cannot be judged here: The condition operator StringFits is not known here'),
    });
  });
});

describe('a KMS key’s policy', () => {
  it('decides who uses the key, directly or through Secrets Manager', async () => {
    const { kms, secrets } = await enforcing();
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const KeyId = KeyMetadata?.Arn ?? '';
    await secrets.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'v', KmsKeyId: KeyId }));
    expect(await secrets.send(new GetSecretValueCommand({ SecretId }))).toMatchObject({ SecretString: 'v' });

    const administer = { Effect: 'Allow', Principal: { AWS: ROOT }, Action: ['kms:Put*', 'kms:GenerateDataKey'] };
    const Policy = JSON.stringify({ Statement: [{ ...administer, Resource: '*' }] });
    await kms.send(new PutKeyPolicyCommand({ KeyId, Policy }));
    await expect(secrets.send(new GetSecretValueCommand({ SecretId }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: 'Access to KMS is not allowed',
    });
    await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: 'w' }));
  });

  it('refuses what it does not allow', async () => {
    const { kms } = await enforcing();
    const sealing = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' } as const;
    const { KeyMetadata } = await kms.send(new CreateKeyCommand(sealing));
    const KeyId = KeyMetadata?.KeyId ?? '';
    const sign = new SignCommand({ KeyId, Message: Buffer.from('m'), SigningAlgorithm: 'ECDSA_SHA_256' });
    expect((await kms.send(sign)).Signature).toBeDefined();
    const allowed = { Effect: 'Allow', Principal: { AWS: ROOT }, NotAction: 'kms:Sign', Resource: '*' };
    await kms.send(new PutKeyPolicyCommand({ KeyId, Policy: JSON.stringify({ Statement: allowed }) }));
    await expect(kms.send(sign)).rejects.toMatchObject({
      message: expect.stringContaining('because no resource-based policy allows the kms:Sign action'),
    });
  });
});
