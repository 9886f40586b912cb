import { createHash } from 'node:crypto';
import { AwsError } from './aws-error';
import { P256KeyPair } from './ecdsa-p256';

/** A key for encryption, which does nothing here, or one that signs. */
export type KmsKeySpec = 'SYMMETRIC_DEFAULT' | 'ECC_NIST_P256';

/** A KMS key, and what its state lets happen ("Key states of AWS KMS keys"). */
export class KmsKey {
  isEnabled = true;
  /** ms since the epoch; set while the key waits for its deletion. */
  deletionAt: number | undefined;
  readonly keyUsage: 'ENCRYPT_DECRYPT' | 'SIGN_VERIFY';
  readonly #pair: P256KeyPair | undefined;

  constructor(
    readonly id: string,
    readonly arn: string,
    readonly keySpec: KmsKeySpec,
    private readonly createdAt: number,
    /** JSON text. */
    public policy: string,
    public description: string,
  ) {
    this.keyUsage = keySpec === 'ECC_NIST_P256' ? 'SIGN_VERIFY' : 'ENCRYPT_DECRYPT';
    // From the name, so that a key is the same in every run; nothing outside knows the rule.
    if (keySpec === 'ECC_NIST_P256') this.#pair = new P256KeyPair(createHash('sha256').update(arn).digest());
  }

  get state(): 'Enabled' | 'Disabled' | 'PendingDeletion' {
    if (this.deletionAt !== undefined) return 'PendingDeletion';
    return this.isEnabled ? 'Enabled' : 'Disabled';
  }

  /** @throws AwsError KMSInvalidStateException */
  assertNotPendingDeletion(): void {
    if (this.state === 'PendingDeletion') throw invalidState(`${this.arn} is pending deletion.`);
  }

  /** @throws AwsError KMSInvalidStateException */
  assertPendingDeletion(): void {
    if (this.state !== 'PendingDeletion') throw invalidState(`${this.arn} is not pending deletion.`);
  }

  /**
   * The pair of a key that signs.
   * @param action for the message
   * @throws AwsError KMSInvalidStateException, DisabledException, UnsupportedOperationException (GetPublicKey) and
   * InvalidKeyUsageException (Sign) for a key that has none
   */
  usablePair(action: 'Sign' | 'GetPublicKey'): P256KeyPair {
    this.assertNotPendingDeletion();
    if (!this.isEnabled) throw new AwsError('DisabledException', 409, `${this.arn} is disabled.`);
    if (this.#pair !== undefined) return this.#pair;
    const message = `${this.arn} key usage is ${this.keyUsage} which is not valid for ${action}.`;
    throw new AwsError(action === 'Sign' ? 'InvalidKeyUsageException' : 'UnsupportedOperationException', 400, message);
  }

  /** What the key can do, in the words of its metadata. */
  get algorithms() {
    return this.#pair === undefined
      ? { EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'] }
      : { SigningAlgorithms: ['ECDSA_SHA_256'] };
  }

  metadata(accountId: string) {
    return {
      AWSAccountId: accountId,
      KeyId: this.id,
      Arn: this.arn,
      CreationDate: new Date(this.createdAt),
      Enabled: this.state === 'Enabled',
      Description: this.description,
      KeyUsage: this.keyUsage,
      KeyState: this.state,
      DeletionDate: this.deletionAt === undefined ? undefined : new Date(this.deletionAt),
      Origin: 'AWS_KMS',
      KeyManager: 'CUSTOMER',
      CustomerMasterKeySpec: this.keySpec,
      KeySpec: this.keySpec,
      ...this.algorithms,
      MultiRegion: false,
    };
  }
}

function invalidState(message: string): AwsError {
  return new AwsError('KMSInvalidStateException', 409, message);
}
