import type { AuditEvent } from '../../functions/core/audit';
import type { SimProcess } from './sim-process';

/** One change that took effect: of a key or of a version. */
export interface Change {
  /** The audit events that tell of it. */
  readonly audits: readonly string[];
  /** Access key ID, or version ID. */
  readonly about: string;
  /** Whether the run was told. */
  isAnswered: boolean;
}

/** What a run did and saw, as far as promises are about it. */
export interface RunRecord {
  readonly process: SimProcess;
  /** When a key last authenticated in this run. */
  readonly proofs: Map<string, number>;
  /** Changes that took effect: action, key or version, and whether the run was told. */
  readonly changes: Change[];
  readonly audits: AuditEvent[];
  hitKeyLimit: boolean;
  hasFailure: boolean;
  /** A fault met one of its calls. */
  isStruck: boolean;
  /** When the credential report that it read was made. */
  reportAt: number | undefined;
  /** Rotations that it may make at most. */
  readonly maxRotations: number;
}

/** The change that an action of AWS makes, where it is one that an audit event has to tell of. */
export function changeOf(
  action: string,
  input: Readonly<Record<string, unknown>>,
  output: unknown,
): Change | undefined {
  const change = (about: unknown, ...audits: readonly string[]) => ({ audits, about: String(about), isAnswered: true });
  switch (action) {
    case 'CreateAccessKey':
      return change((output as { AccessKey: { AccessKeyId: string } }).AccessKey.AccessKeyId, 'key-created');
    case 'UpdateAccessKey':
      return change(input.AccessKeyId, 'key-deactivated');
    case 'DeleteAccessKey':
      return change(input.AccessKeyId, 'key-deleted', 'key-discarded');
    case 'PutSecretValue':
      return change(input.ClientRequestToken, 'key-stored');
    default:
      return undefined;
  }
}
