import type { Clock } from '../clock';
import { AwsError } from './aws-error';
import type { Emit } from './event';
import type { Identifiers } from './identifiers';
import type { LabelMove, Secret, SecretMaterial } from './secret';
import type { SecretInput } from './secret-inputs';
import { listEntry, matchesFilters, secretsPage, versionsPage } from './secret-list';
import { listPosition, SecretStore } from './secret-store';
import { TagSet } from './tags';

const DAY = 86_400_000;

/** Secrets Manager of one region. A secret is named by its name, its ARN, or its ARN without the random suffix. */
export class SecretsManager {
  readonly #store: SecretStore;

  constructor(
    accountId: string,
    region: string,
    private readonly clock: Clock,
    private readonly identifiers: Identifiers,
    private readonly emit: Emit,
  ) {
    this.#store = new SecretStore(`arn:aws:secretsmanager:${region}:${accountId}:secret:`, clock, identifiers);
  }

  /** The next secret of the ARN's name gets this very ARN, for configurations that name one. @throws Error */
  reserveArn(arn: string): void {
    this.#store.reserve(arn);
  }

  /** @throws AwsError ResourceExistsException, InvalidRequestException, InvalidParameterException. */
  createSecret(input: SecretInput<'CreateSecret'>) {
    const now = this.clock.now();
    const token = this.token(input.ClientRequestToken);
    const existing = this.#store.find(input.Name);
    if (existing?.deletion !== undefined) {
      const message = "You can't create this secret because a secret with this name is already scheduled for deletion.";
      throw new AwsError('InvalidRequestException', 400, message);
    }
    if (existing !== undefined) {
      if (!existing.versions.has(token)) {
        const message = `The operation failed because the secret ${input.Name} already exists.`;
        throw new AwsError('ResourceExistsException', 400, message);
      }
      existing.addVersion(token, material(input), [], now);
      return { ARN: existing.arn, Name: existing.name, VersionId: token };
    }
    const secret = this.#store.add(input.Name, new TagSet(input.Tags, tooManyTags));
    secret.description = input.Description;
    secret.kmsKeyId = input.KmsKeyId;
    if (!hasMaterial(input)) return { ARN: secret.arn, Name: secret.name };
    this.announce(secret, secret.addVersion(token, material(input), ['AWSCURRENT'], now));
    return { ARN: secret.arn, Name: secret.name, VersionId: token };
  }

  /** @throws AwsError ResourceExistsException (same token, other value), LimitExceededException and more. */
  putSecretValue(input: SecretInput<'PutSecretValue'>) {
    const secret = this.#store.live(input.SecretId);
    const token = this.token(input.ClientRequestToken);
    if (!hasMaterial(input)) {
      throw new AwsError('InvalidRequestException', 400, 'You must provide either SecretString or SecretBinary.');
    }
    const labels = input.VersionStages ?? ['AWSCURRENT'];
    this.announce(secret, secret.addVersion(token, material(input), labels, this.clock.now()));
    return { ARN: secret.arn, Name: secret.name, VersionId: token, VersionStages: secret.labelsOf(token) };
  }

  updateSecret(input: SecretInput<'UpdateSecret'>) {
    const secret = this.#store.live(input.SecretId);
    const token = this.token(input.ClientRequestToken);
    const moves = hasMaterial(input)
      ? secret.addVersion(token, material(input), ['AWSCURRENT'], this.clock.now())
      : undefined;
    secret.description = input.Description ?? secret.description;
    secret.kmsKeyId = input.KmsKeyId ?? secret.kmsKeyId;
    secret.lastChangedAt = this.clock.now();
    if (moves === undefined) return { ARN: secret.arn, Name: secret.name };
    this.announce(secret, moves);
    return { ARN: secret.arn, Name: secret.name, VersionId: token };
  }

  /** @throws AwsError ResourceNotFoundException when there is no such secret, version or label. */
  getSecretValue(input: SecretInput<'GetSecretValue'>) {
    const secret = this.#store.live(input.SecretId);
    const version = secret.version(input.VersionId, input.VersionStage);
    const today = Math.floor(this.clock.now() / DAY) * DAY;
    version.lastAccessedAt = today;
    secret.lastAccessedAt = today;
    return {
      ARN: secret.arn,
      Name: secret.name,
      VersionId: version.id,
      ...version.material,
      VersionStages: secret.labelsOf(version.id),
      CreatedDate: new Date(version.createdAt),
    };
  }

  describeSecret(input: SecretInput<'DescribeSecret'>) {
    const secret = this.#store.get(input.SecretId);
    const { SecretVersionsToStages, ...entry } = listEntry(secret);
    return SecretVersionsToStages === undefined ? entry : { ...entry, VersionIdsToStages: SecretVersionsToStages };
  }

  listSecrets(input: SecretInput<'ListSecrets'>) {
    const now = this.clock.now();
    const descending = input.SortOrder === 'desc';
    const found = this.#store
      .all()
      .filter(
        (secret) =>
          (secret.deletion === undefined || (input.IncludePlannedDeletion === true && secret.deletion.at > now)) &&
          matchesFilters(secret, input.Filters ?? []),
      );
    const { items, NextToken } = secretsPage(descending ? found.reverse() : found, listPosition, input, descending);
    return { SecretList: items.map(listEntry), NextToken };
  }

  listSecretVersionIds(input: SecretInput<'ListSecretVersionIds'>) {
    const secret = this.#store.get(input.SecretId);
    return { ...versionsPage(secret, input), ARN: secret.arn, Name: secret.name };
  }

  updateSecretVersionStage(input: SecretInput<'UpdateSecretVersionStage'>) {
    const secret = this.#store.live(input.SecretId);
    const { VersionStage, RemoveFromVersionId, MoveToVersionId } = input;
    this.announce(secret, secret.moveLabel(VersionStage, RemoveFromVersionId, MoveToVersionId, this.clock.now()));
    return { ARN: secret.arn, Name: secret.name };
  }

  tagResource(input: SecretInput<'TagResource'>): void {
    const secret = this.#store.live(input.SecretId);
    secret.tags.set(input.Tags);
    secret.lastChangedAt = this.clock.now();
  }

  untagResource(input: SecretInput<'UntagResource'>): void {
    const secret = this.#store.live(input.SecretId);
    secret.tags.remove(input.TagKeys);
    secret.lastChangedAt = this.clock.now();
  }

  /** @throws AwsError MalformedPolicyDocumentException when the policy is no JSON object. */
  putResourcePolicy(input: SecretInput<'PutResourcePolicy'>) {
    const secret = this.#store.live(input.SecretId);
    if (!isJsonObject(input.ResourcePolicy)) {
      const message = 'This resource policy contains invalid Json.';
      throw new AwsError('MalformedPolicyDocumentException', 400, message);
    }
    secret.resourcePolicy = input.ResourcePolicy;
    return { ARN: secret.arn, Name: secret.name };
  }

  getResourcePolicy(input: SecretInput<'GetResourcePolicy'>) {
    const { arn, name, resourcePolicy } = this.#store.get(input.SecretId);
    return { ARN: arn, Name: name, ResourcePolicy: resourcePolicy };
  }

  deleteResourcePolicy(input: SecretInput<'DeleteResourcePolicy'>) {
    const secret = this.#store.live(input.SecretId);
    secret.resourcePolicy = undefined;
    return { ARN: secret.arn, Name: secret.name };
  }

  /** Deletes after 7 to 30 days (default 30), or at once when forced. */
  deleteSecret(input: SecretInput<'DeleteSecret'>) {
    const { RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: force = false } = input;
    if (force && days !== undefined) {
      const message = "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.";
      throw new AwsError('InvalidParameterException', 400, message);
    }
    if (days !== undefined && (days < 7 || days > 30)) {
      const message = 'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).';
      throw new AwsError('InvalidParameterException', 400, message);
    }
    const secret = force ? this.#store.get(input.SecretId) : this.#store.live(input.SecretId);
    const now = this.clock.now();
    const at = force ? now : now + (days ?? 30) * DAY;
    if (force) this.#store.remove(secret);
    secret.deletion = { requestedAt: now, at };
    return { ARN: secret.arn, Name: secret.name, DeletionDate: new Date(at) };
  }

  restoreSecret(input: SecretInput<'RestoreSecret'>) {
    const secret = this.#store.get(input.SecretId);
    secret.deletion = undefined;
    return { ARN: secret.arn, Name: secret.name };
  }

  private token(token: string | undefined): string {
    if (token === undefined) return this.identifiers.uuid();
    if (token.length >= 32 && token.length <= 64) return token;
    const message = 'ClientRequestToken must be 32-64 characters long.';
    throw new AwsError('InvalidParameterException', 400, message);
  }

  /** The native event: for AWSCURRENT and custom labels, never for AWSPENDING or AWSPREVIOUS. */
  private announce(secret: Secret, moves: readonly LabelMove[]): void {
    for (const { label, versionId } of moves) {
      if (label === 'AWSPENDING' || label === 'AWSPREVIOUS') continue;
      this.emit({
        source: 'aws.secretsmanager',
        detailType: 'Secret Label Updated',
        resources: [secret.arn],
        detail: { name: secret.name, labelUpdated: label, versionId },
      });
    }
  }
}

function material(input: SecretMaterial): SecretMaterial {
  const { SecretString, SecretBinary } = input;
  if (SecretString !== undefined && SecretBinary !== undefined) {
    const message = "You can't specify both a binary secret value and a string secret value in the same secret.";
    throw new AwsError('InvalidParameterException', 400, message);
  }
  return SecretString !== undefined ? { SecretString } : { SecretBinary };
}

function hasMaterial(input: SecretMaterial): boolean {
  return input.SecretString !== undefined || input.SecretBinary !== undefined;
}

function isJsonObject(text: string): boolean {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null;
  } catch {
    return false;
  }
}

function tooManyTags(): AwsError {
  return new AwsError('InvalidParameterException', 400, 'The number of tags exceeds the quota of 50 tags per secret.');
}
