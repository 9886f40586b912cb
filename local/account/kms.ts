import { createHash } from 'node:crypto';
import type { Clock } from '../clock';
import { AwsError } from './aws-error';
import type { Identifiers } from './identifiers';
import type { KmsInput } from './kms-inputs';
import { KmsKey } from './kms-key';
import { type KmsAlias, KmsStore } from './kms-store';
import { pageAfter, positionOf } from './paging';

const DAY = 86_400_000;
const ALGORITHM = 'ECDSA_SHA_256';
/** Bytes of a SHA-256 digest. */
const DIGEST = 32;

/** KMS of one region as far as signing needs it. What encrypts is a name with a policy: nothing here is encrypted. */
export class Kms {
  readonly #store: KmsStore;

  constructor(
    private readonly accountId: string,
    region: string,
    private readonly clock: Clock,
    private readonly identifiers: Identifiers,
  ) {
    this.#store = new KmsStore(accountId, region, clock);
  }

  /**
   * The ARN of the key behind any of its names, as policies name it.
   * @throws AwsError NotFoundException
   */
  keyArn(keyId: string): string {
    return this.#store.find(keyId).arn;
  }

  aliasArn(aliasName: string): string {
    return this.#store.arn(aliasName);
  }

  /**
   * @param id a UUID, when the key has to be the same in every run. @default a fresh one
   * @throws AwsError ValidationException, MalformedPolicyDocumentException, UnsupportedOperationException for what is
   * not here: other specs than two, and keys of several regions
   */
  createKey(input: KmsInput<'CreateKey'>, id = this.identifiers.uuid()) {
    const { KeySpec: keySpec = 'SYMMETRIC_DEFAULT', KeyUsage, Policy, Description = '', MultiRegion = false } = input;
    if (KeyUsage === undefined && keySpec !== 'SYMMETRIC_DEFAULT') {
      throw invalid('You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.');
    }
    if (MultiRegion || (keySpec !== 'SYMMETRIC_DEFAULT' && keySpec !== 'ECC_NIST_P256')) {
      const message = `No key of the spec ${keySpec}${MultiRegion ? ' in several regions' : ''} can be made here.`;
      throw new AwsError('UnsupportedOperationException', 400, message);
    }
    const policy = Policy === undefined ? this.#defaultPolicy() : keyPolicy(Policy);
    const key = new KmsKey(id, this.#store.arn(`key/${id}`), keySpec, this.clock.now(), policy, Description);
    if ((KeyUsage ?? key.keyUsage) !== key.keyUsage) {
      throw invalid(`KeyUsage ${KeyUsage} is not compatible with KeySpec ${keySpec}`);
    }
    this.#store.add(key);
    return { KeyMetadata: key.metadata(this.accountId) };
  }

  describeKey({ KeyId }: KmsInput<'DescribeKey'>) {
    return { KeyMetadata: this.#store.find(KeyId).metadata(this.accountId) };
  }

  updateKeyDescription({ KeyId, Description }: KmsInput<'UpdateKeyDescription'>): void {
    this.#changeable(KeyId).description = Description;
  }

  enableKey({ KeyId }: KmsInput<'EnableKey'>): void {
    this.#changeable(KeyId).isEnabled = true;
  }

  disableKey({ KeyId }: KmsInput<'DisableKey'>): void {
    this.#changeable(KeyId).isEnabled = false;
  }

  /** After 7 to 30 days (default 30) the key and its aliases are gone. @throws AwsError KMSInvalidStateException */
  scheduleKeyDeletion({ KeyId, PendingWindowInDays = 30 }: KmsInput<'ScheduleKeyDeletion'>) {
    const key = this.#changeable(KeyId);
    key.deletionAt = this.clock.now() + PendingWindowInDays * DAY;
    return { KeyId: key.arn, DeletionDate: new Date(key.deletionAt), KeyState: key.state, PendingWindowInDays };
  }

  /** Leaves the key disabled. @throws AwsError KMSInvalidStateException when no deletion is waited for */
  cancelKeyDeletion({ KeyId }: KmsInput<'CancelKeyDeletion'>) {
    const key = this.#store.findById(KeyId);
    key.assertPendingDeletion();
    key.deletionAt = undefined;
    key.isEnabled = false;
    return { KeyId: key.arn };
  }

  /** @throws AwsError MalformedPolicyDocumentException, KMSInvalidStateException, NotFoundException */
  putKeyPolicy({ KeyId, PolicyName, Policy }: KmsInput<'PutKeyPolicy'>): void {
    const key = this.#changeable(KeyId);
    assertPolicyName(PolicyName);
    key.policy = keyPolicy(Policy);
  }

  getKeyPolicy({ KeyId, PolicyName }: KmsInput<'GetKeyPolicy'>) {
    const { policy } = this.#store.findById(KeyId);
    assertPolicyName(PolicyName);
    return { Policy: policy, PolicyName: 'default' };
  }

  /** @throws AwsError AlreadyExistsException, ValidationException, NotFoundException, KMSInvalidStateException */
  createAlias({ AliasName: name, TargetKeyId }: KmsInput<'CreateAlias'>): void {
    assertOwnAlias(name);
    const key = this.#changeable(TargetKeyId);
    if (this.#store.aliases().some((alias) => alias.name === name)) {
      const message = `An alias with the name ${this.#store.arn(name)} already exists`;
      throw new AwsError('AlreadyExistsException', 400, message);
    }
    const now = this.clock.now();
    this.#store.putAlias({ name, keyId: key.id, createdAt: now, updatedAt: now });
  }

  /** @throws AwsError as `createAlias`, and ValidationException for a key of another kind than the one before */
  updateAlias({ AliasName, TargetKeyId }: KmsInput<'UpdateAlias'>): void {
    assertOwnAlias(AliasName);
    const key = this.#changeable(TargetKeyId);
    const alias = this.#store.alias(AliasName);
    if (this.#store.find(AliasName).keyUsage !== key.keyUsage) {
      throw invalid(`Alias ${this.#store.arn(AliasName)} cannot be changed to a key of another type or usage.`);
    }
    alias.keyId = key.id;
    alias.updatedAt = this.clock.now();
  }

  deleteAlias({ AliasName }: KmsInput<'DeleteAlias'>): void {
    assertOwnAlias(AliasName);
    this.#store.deleteAlias(this.#store.alias(AliasName).name);
  }

  /** @throws AwsError InvalidMarkerException for a marker that is not ours */
  listAliases({ KeyId, Limit = 50, Marker }: KmsInput<'ListAliases'>) {
    const id = KeyId === undefined ? undefined : this.#store.findById(KeyId).id;
    const after = positionOf(Marker, () => new AwsError('InvalidMarkerException', 400, 'Invalid marker'));
    const found = this.#store.aliases().filter(({ keyId }) => id === undefined || keyId === id);
    const { items, token: NextMarker } = pageAfter(found, ({ name }) => name, Limit, after);
    return { Aliases: items.map((alias) => this.#aliasEntry(alias)), NextMarker, Truncated: NextMarker !== undefined };
  }

  /** @throws AwsError DisabledException, KMSInvalidStateException, UnsupportedOperationException, NotFoundException */
  getPublicKey({ KeyId }: KmsInput<'GetPublicKey'>) {
    const key = this.#store.find(KeyId);
    const { publicKey } = key.usablePair('GetPublicKey');
    return {
      KeyId: key.arn,
      PublicKey: publicKey,
      CustomerMasterKeySpec: key.keySpec,
      KeySpec: key.keySpec,
      KeyUsage: key.keyUsage,
      ...key.algorithms,
    };
  }

  /**
   * A message is digested here, a digest is signed as it is.
   * @throws AwsError DisabledException, KMSInvalidStateException, InvalidKeyUsageException (a key that does not sign, an
   * algorithm that is not the key's), ValidationException (a digest of another length), DryRunOperationException
   */
  sign({ KeyId, Message, MessageType = 'RAW', SigningAlgorithm, DryRun = false }: KmsInput<'Sign'>) {
    const key = this.#store.find(KeyId);
    const pair = key.usablePair('Sign');
    if (SigningAlgorithm !== ALGORITHM) {
      const message = `Algorithm ${SigningAlgorithm} is incompatible with key spec ${key.keySpec}.`;
      throw new AwsError('InvalidKeyUsageException', 400, message);
    }
    if (MessageType === 'EXTERNAL_MU') throw invalid(`MessageType ${MessageType} is incompatible with ${ALGORITHM}.`);
    if (MessageType === 'DIGEST' && Message.length !== DIGEST) {
      throw invalid(`Digest is invalid length for algorithm ${ALGORITHM}.`);
    }
    if (DryRun) {
      const message = 'The request would have succeeded, but the DryRun option is set.';
      throw new AwsError('DryRunOperationException', 412, message);
    }
    const digest = MessageType === 'RAW' ? createHash('sha256').update(Message).digest() : Buffer.from(Message);
    return { KeyId: key.arn, Signature: pair.sign(digest), SigningAlgorithm };
  }

  #changeable(keyId: string): KmsKey {
    const key = this.#store.findById(keyId);
    key.assertNotPendingDeletion();
    return key;
  }

  #aliasEntry({ name, keyId, createdAt, updatedAt }: KmsAlias) {
    return {
      AliasName: name,
      AliasArn: this.#store.arn(name),
      TargetKeyId: keyId,
      CreationDate: new Date(createdAt),
      LastUpdatedDate: new Date(updatedAt),
    };
  }

  /** IAM policies of the account decide ("Default key policy"). */
  #defaultPolicy(): string {
    const statement = {
      Sid: 'Enable IAM User Permissions',
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${this.accountId}:root` },
      Action: 'kms:*',
      Resource: '*',
    };
    return JSON.stringify({ Version: '2012-10-17', Id: 'key-default-1', Statement: [statement] });
  }
}

function keyPolicy(text: string): string {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return text;
  } catch {
    // The refusal below says all that KMS says.
  }
  throw new AwsError('MalformedPolicyDocumentException', 400, 'The new key policy is not valid JSON.');
}

function assertPolicyName(name: string | undefined): void {
  if (name !== undefined && name !== 'default') throw new AwsError('NotFoundException', 404, 'No such policy exists');
}

function assertOwnAlias(name: string): void {
  if (!name.startsWith('alias/')) {
    throw invalid(
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    );
  }
  if (name.startsWith('alias/aws/')) throw new AwsError('NotAuthorizedException', 403, 'The alias is reserved by AWS.');
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', 400, message);
}
