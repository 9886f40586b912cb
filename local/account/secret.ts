import { AwsError } from './aws-error';
import type { TagSet } from './tags';

/** At most this many staging labels over all versions of a secret. */
const LABEL_QUOTA = 20;
/** About this many versions are kept; only unlabelled ones older than a day make room. */
const VERSION_QUOTA = 100;
const DAY = 86_400_000;

/** The material of one version: text or bytes, never both. */
export interface SecretMaterial {
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: Uint8Array | undefined;
}

export interface SecretVersion {
  readonly id: string;
  readonly createdAt: number;
  readonly material: SecretMaterial;
  lastAccessedAt?: number;
}

/** A staging label that has just been attached to a version. */
export interface LabelMove {
  readonly label: string;
  readonly versionId: string;
}

/** One secret: its versions and the staging labels that point at them. */
export class Secret {
  readonly versions = new Map<string, SecretVersion>();
  /** Staging label to version ID. */
  readonly labels = new Map<string, string>();
  description: string | undefined;
  kmsKeyId: string | undefined;
  resourcePolicy: string | undefined;
  lastChangedAt: number;
  lastAccessedAt: number | undefined;
  /** Set while the secret waits for its deletion: when that was asked for, and when it happens. */
  deletion: { readonly requestedAt: number; readonly at: number } | undefined;

  constructor(
    readonly name: string,
    readonly arn: string,
    readonly createdAt: number,
    readonly tags: TagSet,
  ) {
    this.lastChangedAt = createdAt;
  }

  /** The labels of one version, in the order in which they were attached. */
  labelsOf(versionId: string): string[] {
    return [...this.labels].filter(([, id]) => id === versionId).map(([label]) => label);
  }

  /** Version ID to labels, labelled versions only. */
  labelledVersions(): Record<string, string[]> {
    const byVersion: Record<string, string[]> = {};
    for (const [label, id] of this.labels) {
      const labels = byVersion[id];
      if (labels === undefined) byVersion[id] = [label];
      else labels.push(label);
    }
    return byVersion;
  }

  /**
   * The version with an ID, or with a label when no ID is given; with both, they must belong together.
   * @throws AwsError ResourceNotFoundException, InvalidRequestException.
   */
  version(id: string | undefined, label: string | undefined): SecretVersion {
    const wanted = label ?? 'AWSCURRENT';
    const version = this.versions.get(id ?? this.labels.get(wanted) ?? '');
    if (version === undefined) {
      const missing = id === undefined ? `staging label: ${wanted}` : `VersionId: ${id}`;
      throw resourceNotFound(`Secrets Manager can't find the specified secret value for ${missing}`);
    }
    if (id !== undefined && label !== undefined && this.labels.get(label) !== id) {
      const message = 'You provided a VersionStage that is not associated to the provided VersionId.';
      throw new AwsError('InvalidRequestException', 400, message);
    }
    return version;
  }

  /**
   * Adds a version. The first version of a secret is current whatever labels were asked for. The same ID with the same
   * material changes nothing.
   * @returns the labels that were attached, none for a repetition.
   * @throws AwsError ResourceExistsException (same ID, other material), LimitExceededException.
   */
  addVersion(id: string, material: SecretMaterial, labels: readonly string[], now: number): LabelMove[] {
    const known = this.versions.get(id);
    if (known !== undefined) {
      if (sameMaterial(known.material, material)) return [];
      const message = `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${this.arn}.`;
      throw new AwsError('ResourceExistsException', 400, message);
    }
    const wanted = new Set(this.versions.size === 0 ? [...labels, 'AWSCURRENT'] : labels);
    this.assertLabelQuota(wanted, id);
    this.dropDeprecated(now);
    this.versions.set(id, { id, createdAt: now, material });
    this.lastChangedAt = now;
    return [...wanted].flatMap((label) => this.attach(label, id));
  }

  /**
   * Attaches a label to another version, or takes it away.
   * @throws AwsError InvalidParameterException, ResourceNotFoundException, LimitExceededException.
   */
  moveLabel(label: string, from: string | undefined, to: string | undefined, now: number): LabelMove[] {
    const holder = this.labels.get(label);
    for (const id of [from, to]) {
      if (id !== undefined && !this.versions.has(id)) {
        throw resourceNotFound("Secrets Manager can't find the specified secret version.");
      }
    }
    if (from === undefined && to === undefined) {
      throw invalid('You must specify RemoveFromVersionId, MoveToVersionId, or both.');
    }
    if (from !== undefined && from !== holder) {
      throw invalid(
        `When you move staging label ${label}, if you specify RemoveFromVersionId, it must be set to the version that currently has the staging label ${label}.`,
      );
    }
    if (from === undefined && holder !== undefined && holder !== to) {
      throw invalid(
        `The parameter RemoveFromVersionId can't be empty. Staging label ${label} is currently attached to version ${holder}, so you must explicitly reference that version in RemoveFromVersionId.`,
      );
    }
    if (to === undefined) {
      if (label === 'AWSCURRENT') {
        throw invalid(
          'You can only move staging label AWSCURRENT to a different secret version. It can’t be completely removed.',
        );
      }
      this.labels.delete(label);
      this.lastChangedAt = now;
      return [];
    }
    if (holder === to) return [];
    this.assertLabelQuota(new Set([label]), to);
    this.lastChangedAt = now;
    return this.attach(label, to);
  }

  /** Moving AWSCURRENT drags AWSPREVIOUS along to the version that was current until now. */
  private attach(label: string, id: string): LabelMove[] {
    const holder = this.labels.get(label);
    if (holder === id) return [];
    this.labels.delete(label);
    this.labels.set(label, id);
    const moves = [{ label, versionId: id }];
    if (label !== 'AWSCURRENT' || holder === undefined) return moves;
    return [...moves, ...this.attach('AWSPREVIOUS', holder)];
  }

  private assertLabelQuota(added: ReadonlySet<string>, to: string): void {
    const labels = new Set([...this.labels.keys(), ...added]);
    const current = this.labels.get('AWSCURRENT');
    if (added.has('AWSCURRENT') && current !== undefined && current !== to) labels.add('AWSPREVIOUS');
    if (labels.size > LABEL_QUOTA) {
      const message = 'You exceeded the maximum number of staging labels allowed on a secret.';
      throw new AwsError('LimitExceededException', 400, message);
    }
  }

  private dropDeprecated(now: number): void {
    if (this.versions.size < VERSION_QUOTA) return;
    const labelled = new Set(this.labels.values());
    for (const version of this.versions.values()) {
      if (this.versions.size < VERSION_QUOTA) return;
      if (!labelled.has(version.id) && now - version.createdAt >= DAY) this.versions.delete(version.id);
    }
    if (this.versions.size < VERSION_QUOTA) return;
    const message = `You've exceeded the quota of ${VERSION_QUOTA} versions for the secret ${this.arn}.`;
    throw new AwsError('LimitExceededException', 400, message);
  }
}

function sameMaterial(a: SecretMaterial, b: SecretMaterial): boolean {
  if (a.SecretBinary === undefined || b.SecretBinary === undefined) {
    return a.SecretString === b.SecretString && a.SecretBinary === b.SecretBinary;
  }
  return Buffer.compare(a.SecretBinary, b.SecretBinary) === 0;
}

/** The answer for whatever Secrets Manager cannot find. */
export function resourceNotFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', 400, message);
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', 400, message);
}
