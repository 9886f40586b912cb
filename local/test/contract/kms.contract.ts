import { createHash, createPublicKey, verify } from 'node:crypto';
import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  GetKeyPolicyCommand,
  GetPublicKeyCommand,
  ListAliasesCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  SignCommand,
  type SignCommandInput,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { awsError, type ContractTarget, fresh } from './target';

const MESSAGE = Buffer.from('what happened');
const DAY = 86_400_000;

/** KMS as far as something is signed with a key that nobody holds. */
export function kmsContract(target: ContractTarget): void {
  describe(`KMS of ${target.name}`, () => {
    const { kms } = target.makeClients();
    const newKey = async (spec: 'ECC_NIST_P256' | 'SYMMETRIC_DEFAULT' = 'ECC_NIST_P256') => {
      const KeyUsage = spec === 'ECC_NIST_P256' ? 'SIGN_VERIFY' : 'ENCRYPT_DECRYPT';
      const { KeyMetadata } = await kms.send(new CreateKeyCommand({ KeySpec: spec, KeyUsage }));
      return { id: KeyMetadata?.KeyId ?? '', arn: KeyMetadata?.Arn ?? '' };
    };
    const newAlias = async (TargetKeyId: string) => {
      const AliasName = `alias/${fresh('contract')}`;
      await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId }));
      return AliasName;
    };
    const sign = (KeyId: string, input: Partial<SignCommandInput> = {}) =>
      kms.send(new SignCommand({ KeyId, Message: MESSAGE, SigningAlgorithm: 'ECDSA_SHA_256', ...input }));
    const verifies = async (KeyId: string, message: Buffer, signature: Uint8Array = new Uint8Array()) => {
      const { PublicKey = new Uint8Array() } = await kms.send(new GetPublicKeyCommand({ KeyId }));
      const key = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
      return verify('sha256', message, key, signature);
    };
    const state = async (KeyId: string) => (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;

    const expectUnusable = (id: string, refusal: ReturnType<typeof awsError>) =>
      target.differs('kms-key-state', {
        aws: () => expect(sign(id)).rejects.toMatchObject(refusal),
        moto: () => expect(sign(id)).resolves.toBeDefined(),
      });

    it('digests a message and signs it, in DER', async () => {
      const { id, arn } = await newKey();
      const { Signature, KeyId, SigningAlgorithm } = await sign(id);
      expect([KeyId, SigningAlgorithm]).toEqual([arn, 'ECDSA_SHA_256']);
      expect(await verifies(id, MESSAGE, Signature)).toBe(true);
      expect(await verifies(id, Buffer.from('what did not'), Signature)).toBe(false);
    });

    it('signs a digest as it is', async () => {
      const { id } = await newKey();
      const Message = createHash('sha256').update(MESSAGE).digest();
      const { Signature } = await sign(id, { Message, MessageType: 'DIGEST' });
      const isSigned = () => verifies(id, MESSAGE, Signature);
      await target.differs('kms-digest-digested', {
        aws: async () => expect(await isSigned()).toBe(true),
        moto: async () => expect(await isSigned()).toBe(false),
      });
    });

    it('tells what a key is for, and its public key', async () => {
      const { id, arn } = await newKey();
      const use = { KeyUsage: 'SIGN_VERIFY', SigningAlgorithms: ['ECDSA_SHA_256'] };
      expect((await kms.send(new DescribeKeyCommand({ KeyId: id }))).KeyMetadata).toMatchObject({
        Arn: arn,
        KeyState: 'Enabled',
        Enabled: true,
        KeyManager: 'CUSTOMER',
        Origin: 'AWS_KMS',
        KeySpec: 'ECC_NIST_P256',
        ...use,
      });
      expect(await kms.send(new GetPublicKeyCommand({ KeyId: id }))).toMatchObject(use);
    });

    it('finds a key by its ID, its ARN, its alias and the ARN of that', async () => {
      const { id, arn } = await newKey();
      const alias = await newAlias(id);
      for (const name of [id, arn, alias, arn.replace(`key/${id}`, alias)]) {
        const { KeyId, Signature } = await sign(name);
        expect([KeyId, await verifies(name, MESSAGE, Signature)], name).toEqual([arn, true]);
      }
    });

    it('refuses a message that is too long, and a digest of another length', async () => {
      const { id } = await newKey();
      await expect(sign(id, { Message: Buffer.alloc(4096) })).resolves.toBeDefined();
      const longer = () => sign(id, { Message: Buffer.alloc(4097) });
      const shorter = () => sign(id, { Message: Buffer.alloc(20), MessageType: 'DIGEST' });
      await target.differs('kms-message-size', {
        aws: async () => {
          await expect(longer()).rejects.toMatchObject(
            awsError('ValidationException', 400, /less than or equal to 4096/),
          );
          await expect(shorter()).rejects.toMatchObject(
            awsError('ValidationException', 400, 'Digest is invalid length for algorithm ECDSA_SHA_256.'),
          );
        },
        moto: async () => {
          await expect(longer()).resolves.toBeDefined();
          await expect(shorter()).resolves.toBeDefined();
        },
      });
    });

    it('refuses the algorithm of another kind of key, and a key that encrypts', async () => {
      const [{ id }, symmetric] = [await newKey(), await newKey('SYMMETRIC_DEFAULT')];
      const byAnother = () => sign(id, { SigningAlgorithm: 'ECDSA_SHA_384' });
      const withAnother = () => sign(symmetric.id);
      await target.differs('kms-key-usage', {
        aws: async () => {
          const message = 'Algorithm ECDSA_SHA_384 is incompatible with key spec ECC_NIST_P256.';
          await expect(byAnother()).rejects.toMatchObject(awsError('InvalidKeyUsageException', 400, message));
          await expect(withAnother()).rejects.toMatchObject(
            awsError(
              'InvalidKeyUsageException',
              400,
              `${symmetric.arn} key usage is ENCRYPT_DECRYPT which is not valid for Sign.`,
            ),
          );
        },
        moto: async () => {
          await expect(byAnother()).rejects.toMatchObject(awsError('ValidationException', 400));
          await expect(withAnother()).rejects.toMatchObject(awsError('ValidationException', 400));
        },
      });
    });

    it('does not know a key or an alias that is not there', async () => {
      const none = '1234abcd-12ab-34cd-56ef-1234567890ab';
      await expect(sign(none)).rejects.toMatchObject(awsError('NotFoundException', 400, /does not exist/));
      await expect(sign('alias/none')).rejects.toMatchObject(awsError('NotFoundException', 400, /is not found\.$/));
    });

    it('lets a disabled key do nothing until it is enabled', async () => {
      const { id, arn } = await newKey();
      await kms.send(new DisableKeyCommand({ KeyId: id }));
      expect(await state(id)).toBe('Disabled');
      await expectUnusable(id, awsError('DisabledException', 400, `${arn} is disabled.`));
      await kms.send(new EnableKeyCommand({ KeyId: id }));
      await expect(sign(id)).resolves.toBeDefined();
    });

    it('deletes a key after a week at least, and until then it does nothing', async () => {
      const { id, arn } = await newKey();
      const schedule = new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: 7 });
      const { DeletionDate, KeyId } = await kms.send(schedule);
      await target.differs('kms-deletion-arn', {
        aws: () => expect(KeyId).toBe(arn),
        moto: () => expect(KeyId).toBe(id),
      });
      const { CreationDate, KeyState } = (await kms.send(new DescribeKeyCommand({ KeyId: id }))).KeyMetadata ?? {};
      expect(KeyState).toBe('PendingDeletion');
      const week = (DeletionDate?.getTime() ?? 0) - (CreationDate?.getTime() ?? 0);
      expect(Math.abs(week - 7 * DAY)).toBeLessThan(60_000);
      await expectUnusable(id, awsError('KMSInvalidStateException', 400, `${arn} is pending deletion.`));
      await kms.send(new CancelKeyDeletionCommand({ KeyId: id }));
      expect(await state(id)).toBe('Disabled');
    });

    it('has a policy for each key that leaves it to the account, until another one is put', async () => {
      const { id: KeyId } = await newKey();
      const read = async () => (await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }))).Policy ?? '';
      expect(JSON.parse(await read())).toMatchObject({
        Statement: [{ Effect: 'Allow', Principal: { AWS: expect.stringMatching(/:root$/) }, Action: 'kms:*' }],
      });
      const statement = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'kms:*', Resource: '*' };
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
      await kms.send(new PutKeyPolicyCommand({ KeyId, PolicyName: 'default', Policy }));
      expect(await read()).toBe(Policy);
    });

    it('gives an alias to one key at a time', async () => {
      const [one, other] = [await newKey(), await newKey()];
      const AliasName = await newAlias(one.id);
      await expect(kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: other.id }))).rejects.toMatchObject(
        awsError('AlreadyExistsException', 400, /already exists/),
      );
      await kms.send(new UpdateAliasCommand({ AliasName, TargetKeyId: other.id }));
      expect((await sign(AliasName)).KeyId).toBe(other.arn);
      expect((await kms.send(new ListAliasesCommand({ KeyId: other.id }))).Aliases).toMatchObject([
        { AliasName, TargetKeyId: other.id },
      ]);
      await kms.send(new DeleteAliasCommand({ AliasName }));
      await expect(sign(AliasName)).rejects.toMatchObject(awsError('NotFoundException', 400));
    });
  });
}
