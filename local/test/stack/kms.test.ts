import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { functionNameOf } from '../../stack/deployment';
import { start } from '../test-world';
import { assembly, lambdaFunction, ROLE } from './assembly';

const DAY = 86_400_000;
const ALIAS = 'alias/acme-seal';
const SEALING_KEY = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY', Description: 'the seal' };

const keyOf = (properties: Record<string, unknown>, extra = {}) => ({
  Type: 'AWS::KMS::Key',
  Properties: properties,
  ...extra,
});
const aliasOf = (AliasName: string, key = 'Key') => ({
  Type: 'AWS::KMS::Alias',
  Properties: { AliasName, TargetKeyId: { 'Fn::GetAtt': [key, 'Arn'] } },
});

/** Signs with whatever it is told to. */
const SIGNER = `
  import { KMSClient, SignCommand } from '@aws-sdk/client-kms';
  const kms = new KMSClient({});
  export const handler = async ({ key, message }) => {
    const input = { KeyId: key, Message: Buffer.from(message), SigningAlgorithm: 'ECDSA_SHA_256' };
    const { Signature } = await kms.send(new SignCommand(input));
    return Buffer.from(Signature).toString('base64');
  };`;

describe('a stack’s KMS key', () => {
  test('signs for the stack’s functions, under its alias, and answers Ref and GetAtt', async () => {
    const world = await start();
    const deployment = await world.deploy(
      await assembly(
        {
          Resources: {
            Role: ROLE,
            Signer: lambdaFunction('signer'),
            Key: keyOf({
              ...SEALING_KEY,
              KeyPolicy: { Statement: [{ Sid: 'Sign', Principal: { AWS: { 'Fn::GetAtt': ['Role', 'Arn'] } } }] },
            }),
            Alias: aliasOf(ALIAS),
          },
          Outputs: {
            Id: { Value: { Ref: 'Key' } },
            SameId: { Value: { 'Fn::GetAtt': ['Key', 'KeyId'] } },
            Arn: { Value: { 'Fn::GetAtt': ['Key', 'Arn'] } },
            Alias: { Value: { Ref: 'Alias' } },
          },
        },
        { signer: SIGNER },
      ),
    );
    const { kms } = world.account;
    const { KeyId, Arn, Description } = kms.describeKey({ KeyId: ALIAS }).KeyMetadata;
    expect(deployment.outputs).toEqual({ Id: KeyId, SameId: KeyId, Arn, Alias: ALIAS });
    expect(Description).toBe('the seal');
    expect(deployment.keys).toEqual([
      { arn: Arn, policy: { Statement: [{ Sid: 'Sign', Principal: { AWS: deployment.roles[0]?.arn } }] } },
    ]);

    const signer = functionNameOf(deployment, 'signer');
    const { payload } = await world.invoke(signer, { key: ALIAS, message: 'what happened' });
    const publicKey = createPublicKey({ key: kms.getPublicKey({ KeyId }).PublicKey, format: 'der', type: 'spki' });
    const signature = Buffer.from(JSON.parse(payload), 'base64');
    expect(verify('sha256', Buffer.from('what happened'), publicKey, signature)).toBe(true);
    expect(world.calls.total(signer)).toBe(1);
    expect(world.account.reads).toMatchObject([{ eventName: 'Sign', resources: [{ ARN: Arn }] }]);
  });

  test('stays the same in the next deployment, which changes its policy, its description and whether it signs', async () => {
    const world = await start();
    const { kms } = world.account;
    const deploy = async (properties: Record<string, unknown>) =>
      world.deploy(
        await assembly({ Resources: { Key: keyOf({ ...SEALING_KEY, ...properties }), Alias: aliasOf(ALIAS) } }),
      );
    const first = await deploy({});
    const { PublicKey } = kms.getPublicKey({ KeyId: ALIAS });
    expect(first.keys[0]?.policy).toMatchObject({ Statement: [{ Sid: 'Enable IAM User Permissions' }] });

    const second = await deploy({ Description: 'sealed', KeyPolicy: { Statement: [] } });
    expect(second.keys).toEqual([{ arn: first.keys[0]?.arn, policy: { Statement: [] } }]);
    expect(kms.getPublicKey({ KeyId: ALIAS }).PublicKey).toEqual(PublicKey);
    expect(kms.describeKey({ KeyId: ALIAS }).KeyMetadata.Description).toBe('sealed');

    await deploy({ Enabled: false });
    expect(kms.describeKey({ KeyId: ALIAS }).KeyMetadata.KeyState).toBe('Disabled');
    await deploy({});
    expect(kms.describeKey({ KeyId: ALIAS }).KeyMetadata.KeyState).toBe('Enabled');
  });

  test('waits for its deletion when the stack gives it up, is left alone when it is retained, and loses its alias', async () => {
    const world = await start();
    const { kms } = world.account;
    const deploy = async (Resources: Record<string, unknown>) => world.deploy(await assembly({ Resources }));
    const retained = { DeletionPolicy: 'Retain' };
    const both = { Key: keyOf({ ...SEALING_KEY, PendingWindowInDays: 7 }), Kept: keyOf(SEALING_KEY, retained) };
    const { keys } = await deploy({
      Role: ROLE,
      ...both,
      Alias: aliasOf(ALIAS),
      KeptAlias: { ...aliasOf('alias/kept', 'Kept'), ...retained },
    });
    await deploy({ Role: ROLE });
    const [key, kept] = keys.map(({ arn }) => kms.describeKey({ KeyId: arn }).KeyMetadata);
    expect(key).toMatchObject({
      KeyState: 'PendingDeletion',
      DeletionDate: new Date(world.clock.now() + 7 * DAY),
    });
    expect(kept?.KeyState).toBe('Enabled');
    expect(kms.listAliases({}).Aliases.map(({ AliasName }) => AliasName)).toEqual(['alias/kept']);

    // The next one of the same name is another key; the retained alias is in its way.
    const again = await deploy({ Role: ROLE, Key: both.Key, Alias: aliasOf(ALIAS) });
    expect(again.keys[0]?.arn).not.toBe(key?.Arn);
    await expect(
      deploy({ Role: ROLE, Key: both.Key, Alias: aliasOf(ALIAS), Another: aliasOf('alias/kept') }),
    ).rejects.toThrow('An alias with the name arn:aws:kms:eu-west-1:111122223333:alias/kept already exists');
  });

  test('gets another alias, and the one before is free', async () => {
    const world = await start();
    const deploy = async (name: string) =>
      world.deploy(await assembly({ Resources: { Key: keyOf(SEALING_KEY), Alias: aliasOf(name) } }));
    await deploy(ALIAS);
    await deploy('alias/other');
    expect(world.account.kms.listAliases({}).Aliases.map(({ AliasName }) => AliasName)).toEqual(['alias/other']);
  });

  test.each([
    [{ KeySpec: 'ECC_NIST_P256' }, 'You must specify a KeyUsage value'],
    [{ ...SEALING_KEY, EnableKeyRotation: true }, 'Key.Properties.EnableKeyRotation cannot be true for an asymmetric'],
    [{ ...SEALING_KEY, KeySpec: 'P256' }, 'Key.Properties.KeySpec'],
    [{ ...SEALING_KEY, KeySpec: 'RSA_2048' }, 'No key of the spec RSA_2048 can be made here.'],
    [{ ...SEALING_KEY, MultiRegion: true }, 'in several regions can be made here'],
  ])('that cannot be is refused: %o', async (properties, message) => {
    const world = await start();
    await expect(world.deploy(await assembly({ Resources: { Key: keyOf(properties) } }))).rejects.toThrow(message);
  });

  test('never becomes a key of another kind', async () => {
    const world = await start();
    const deploy = async (properties: Record<string, unknown>) =>
      world.deploy(await assembly({ Resources: { Key: keyOf(properties) } }));
    await deploy({ EnableKeyRotation: true });
    await expect(deploy(SEALING_KEY)).rejects.toThrow(
      'Key.Properties.KeySpec cannot be changed from SYMMETRIC_DEFAULT to ECC_NIST_P256',
    );
  });
});
