import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateAliasCommand, KMSClient, PutKeyPolicyCommand, SignCommand } from '@aws-sdk/client-kms';
import { afterEach, describe, expect, it } from 'vitest';
import { World } from '../../local/world';
import { Enforcement } from './enforcement';

const START = new Date('2026-01-01T00:00:00Z');
const ALIAS = 'alias/seal';
const ACCOUNT = 'arn:aws:iam::111122223333:root';
const SIGNER = 'arn:aws:iam::111122223333:role/signer';
const OTHER = 'arn:aws:iam::111122223333:role/other';

type Statement = Readonly<Record<string, unknown>>;
const allow = (Sid: string, extra: Statement): Statement => ({ Sid, Effect: 'Allow', Resource: '*', ...extra });
const deny = (Sid: string, extra: Statement): Statement => ({ ...allow(Sid, extra), Effect: 'Deny' });
const SIGN = { Action: 'kms:Sign' };
const toSigner = allow('Signer', { ...SIGN, Principal: { AWS: SIGNER } });
const toAccount = allow('Account', { Action: 'kms:*', Principal: { AWS: ACCOUNT } });
const butSigner = { ArnNotEquals: { 'aws:PrincipalArn': SIGNER } };

const open: World[] = [];
afterEach(() => Promise.all(open.splice(0).map((world) => world.close())));

/** A stack with a key of this policy, two roles of whom the first has these statements, and calls that both decide. */
async function deployed(keyPolicy: readonly Statement[], ofSigner: readonly Statement[], ofOther = ofSigner) {
  const enforcement = new Enforcement();
  const world = await World.start({ start: START, accountServer: { authorize: enforcement.authorize } });
  open.push(world);
  const cdkOut = await mkdtemp(join(tmpdir(), 'keyturn-kms-'));
  await writeFile(join(cdkOut, 'Test.template.json'), JSON.stringify(template(keyPolicy, ofSigner, ofOther)));
  await writeFile(join(cdkOut, 'Test.assets.json'), JSON.stringify({ version: '1.0', files: {} }));
  enforcement.enforce(await world.deploy(cdkOut), world);
  const kmsOf = (roleArn: string) => {
    const credentials = world.account.roleSession(roleArn, 'run');
    const systemClockOffset = START.getTime() - Date.now();
    return new KMSClient({ endpoint: world.accountUrl, region: 'eu-west-1', credentials, systemClockOffset });
  };
  const sign = (roleArn: string, KeyId = ALIAS, MessageType: 'RAW' | 'DIGEST' = 'RAW') => {
    const input = { KeyId, MessageType, Message: Buffer.alloc(32), SigningAlgorithm: 'ECDSA_SHA_256' } as const;
    return kmsOf(roleArn).send(new SignCommand(input));
  };
  /** Who of the two gets a signature. */
  const signers = async () => {
    const tried = await Promise.allSettled([sign(SIGNER), sign(OTHER)]);
    for (const one of tried) {
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ name: 'AccessDeniedException' });
    }
    return ['signer', 'other'].filter((_, index) => tried[index]?.status === 'fulfilled');
  };
  return { world, enforcement, kmsOf, sign, signers };
}

function template(keyPolicy: readonly Statement[], ofSigner: readonly Statement[], ofOther: readonly Statement[]) {
  const document = (Statement: readonly Statement[]) => ({ Version: '2012-10-17', Statement });
  const role = (RoleName: string, statements: readonly Statement[]) => ({
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName,
      AssumeRolePolicyDocument: document([]),
      Policies: [{ PolicyName: 'own', PolicyDocument: document(statements) }],
    },
  });
  const byTopic = allow('Topic', { Action: 'kms:Decrypt', Principal: { Service: 'sns.amazonaws.com' } });
  return {
    Resources: {
      Signer: role('signer', ofSigner),
      Other: role('other', ofOther),
      Key: {
        Type: 'AWS::KMS::Key',
        Properties: { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY', KeyPolicy: document(keyPolicy) },
      },
      Alias: { Type: 'AWS::KMS::Alias', Properties: { AliasName: ALIAS, TargetKeyId: { Ref: 'Key' } } },
      // Enforcement looks for the key of the stack's topic.
      TopicKey: {
        Type: 'AWS::KMS::Key',
        Properties: {
          KeyPolicy: document([
            {
              ...byTopic,
              Condition: { StringEquals: { 'kms:ViaService': 'sns.eu-west-1.amazonaws.com' } },
            },
          ]),
        },
      },
    },
  };
}

describe('KMS: a key’s policy decides first', () => {
  it.each<[string, readonly Statement[], readonly Statement[], readonly string[]]>([
    ['a role that it names needs no policy of its own', [toSigner], [], ['signer']],
    [
      'what it leaves to the account, policies of the account decide',
      [toAccount],
      [allow('Own', SIGN)],
      ['signer', 'other'],
    ],
    ['which nobody has until somebody gives it', [toAccount], [], []],
    ['a role’s own policy gives nothing without it', [toSigner], [allow('Own', SIGN)], ['signer']],
    ['nor does an administrator’s', [toSigner], [allow('Own', { Action: '*' })], ['signer']],
    [
      'its deny wins over what a role has',
      [toAccount, deny('No', { ...SIGN, Principal: '*' })],
      [allow('Own', SIGN)],
      [],
    ],
    ['its deny wins over its allow', [toSigner, deny('No', { ...SIGN, Principal: { AWS: SIGNER } })], [], []],
    ['a role’s own deny wins over its allow', [toSigner], [deny('Own', SIGN)], []],
    [
      'it can close a key to all but one, administrators too',
      [toSigner, toAccount, deny('Others', { ...SIGN, Principal: { AWS: '*' }, Condition: butSigner })],
      [allow('Own', { Action: '*' })],
      ['signer'],
    ],
    [
      'what it gives to sign is not given for all the rest',
      [allow('Read', { Action: 'kms:GetPublicKey', Principal: { AWS: SIGNER } })],
      [],
      [],
    ],
  ])('%s', async (_, keyPolicy, ofRoles, expected) => {
    expect(await (await deployed(keyPolicy, ofRoles)).signers()).toEqual(expected);
  });

  it('whatever the key is called, and for another key nothing', async () => {
    const { world, sign } = await deployed([toSigner], []);
    const { KeyId, Arn } = world.account.kms.describeKey({ KeyId: ALIAS }).KeyMetadata;
    for (const name of [KeyId, Arn, ALIAS, Arn.replace(`key/${KeyId}`, ALIAS)]) {
      expect((await sign(SIGNER, name)).KeyId).toBe(Arn);
      await expect(sign(OTHER, name)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    }
    const another = world.account.kms.createKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }).KeyMetadata;
    await expect(sign(SIGNER, another.Arn)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(sign(SIGNER, 'alias/none')).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  it('sees what is signed and how the key is called', async () => {
    const Condition = {
      StringEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256', 'kms:MessageType': 'RAW', 'kms:RequestAlias': ALIAS },
    };
    const { world, sign } = await deployed([{ ...toSigner, Condition }], []);
    await expect(sign(SIGNER)).resolves.toBeDefined();
    await expect(sign(SIGNER, ALIAS, 'DIGEST')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(sign(SIGNER, world.account.kms.keyArn(ALIAS))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  it('as it is now: who may write it opens the key, and CloudTrail has that and the signature', async () => {
    const administration = allow('Own', { Action: 'kms:PutKeyPolicy' });
    const { world, kmsOf, signers } = await deployed([toSigner, toAccount], [], [administration]);
    expect(await signers()).toEqual(['signer']);
    const KeyId = world.account.kms.keyArn(ALIAS);
    const Policy = JSON.stringify({ Statement: [{ ...toSigner, Principal: { AWS: OTHER } }] });
    const put = new PutKeyPolicyCommand({ KeyId, Policy });
    await expect(kmsOf(SIGNER).send(put)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await kmsOf(OTHER).send(put);
    expect(await signers()).toEqual(['other']);
    expect(world.account.trail.map(({ eventName, errorCode }) => [eventName, errorCode])).toEqual([
      ['PutKeyPolicy', 'AccessDenied'],
      ['PutKeyPolicy', undefined],
    ]);
    expect(world.account.reads.map(({ eventName, errorCode }) => `${eventName} ${errorCode ?? 'done'}`).sort()).toEqual(
      ['Sign AccessDenied', 'Sign AccessDenied', 'Sign done', 'Sign done'],
    );
  });

  it('and an alias has to be allowed beside its key', async () => {
    const { world, kmsOf } = await deployed(
      [toAccount],
      [allow('Own', { Action: 'kms:*' })],
      [allow('Own', { Action: 'kms:CreateAlias', Resource: 'arn:aws:kms:*:*:key/*' })],
    );
    const alias = (AliasName: string) =>
      new CreateAliasCommand({ AliasName, TargetKeyId: world.account.kms.keyArn(ALIAS) });
    await expect(kmsOf(SIGNER).send(alias('alias/one'))).resolves.toBeDefined();
    await expect(kmsOf(OTHER).send(alias('alias/two'))).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});
