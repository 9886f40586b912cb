import type { AuditEvent, AuditEventName } from '../../../functions/core/audit';
import { idOfSecret, PLACES_TAGS, TAG } from '../../../functions/core/names';
import type { OperateAnswer } from '../../../functions/core/request/answer';
import type { FaultChoice, PortCall } from './port-call';
import type { SimProcess } from './sim-process';

/** One change that took effect: of a key or of a secret. */
export interface Change {
  readonly action: string;
  /** The audit events that tell of it; one of them has to. */
  readonly audits: readonly AuditEventName[];
  /** Access key ID, version ID or managed key. */
  readonly about: string;
  /** What the record has to have before. */
  readonly announcedBy?: AuditEventName;
  /** Access key ID, version ID, user or managed key that the announcement names. */
  readonly subject: string;
  /** It takes something away: then the announcement is needed even in an outage of the record. */
  readonly takesAway: boolean;
  /** Whether the run was told. */
  isAnswered: boolean;
}

/** What a run did and saw, as far as promises are about it. */
export interface RunRecord {
  readonly process: SimProcess;
  /** When a key last authenticated in this run. */
  readonly proofs: Map<string, number>;
  /** Changes that took effect, and whether the run was told. */
  readonly changes: Change[];
  /** One call of each kind that it made. */
  readonly calls: Map<string, PortCall>;
  /** What it wrote to the function's own log. */
  readonly audits: AuditEvent[];
  /** The same by its line. */
  readonly lines: Map<string, AuditEvent>;
  /** What the record has of it, by ID. */
  readonly kept: Map<string, AuditEvent>;
  /** The record did not say that it took its events. */
  hasLostRecord: boolean;
  hitKeyLimit: boolean;
  hasFailure: boolean;
  /** The faults that met its calls. */
  readonly struckBy: Set<FaultChoice['kind']>;
  /** When the credential report that it read was made. */
  reportAt: number | undefined;
  /** What a front has answered. */
  answer?: OperateAnswer;
  /** Rotations that it may make at most. */
  readonly maxRotations: number;
}

/** Whether an event is about an access key, a version, a managed key or a user. */
export function isAbout({ accessKeyId, version, key, user }: AuditEvent, about: string): boolean {
  return [accessKeyId, version, key, user].includes(about);
}

/** What tells of a tag that was written. */
const TAGGED: Readonly<Record<string, readonly AuditEventName[]>> = {
  [TAG.intent]: ['intent-written'],
  [TAG.deactivated]: ['key-deactivated', 'inactive-recorded'],
  [TAG.reactivated]: ['reactivation-recorded', 'key-reactivated'],
  [TAG.held]: ['hold-recorded'],
  // Before the key that a role has replaced goes.
  [TAG.replaced]: ['key-deactivation-begun'],
  [TAG.user]: ['key-stored', 'take-over-recorded'],
  [TAG.formerUsers]: ['labels-cleaned'],
  [TAG.reached]: ['target-delivered'],
  // Before the first write to a place, and once more where nothing has stayed.
  [TAG.written]: ['target-delivered', 'target-failed'],
  [TAG.checked]: ['check-recorded'],
  // What a look saw stands beside `checked`; by itself it is what a delivery wrote to.
  [TAG.revisions]: ['version-delivered', 'target-delivered'],
  [TAG.drifted]: ['drift-recorded'],
  // Written before the mark of a late delivery, which another run may set first.
  [TAG.delivered]: ['version-delivered', 'target-delivered'],
  [TAG.torn]: ['target-failed', 'version-delivered'],
  [TAG.paused]: ['pause-written'],
  [TAG.rotationAsked]: ['ask-written'],
  [TAG.deliveryAsked]: ['ask-written'],
  [TAG.withdrawn]: ['ask-written'],
  [TAG.compromised]: ['ask-written', 'exposed'],
  [TAG.disableFirst]: ['ask-written', 'exposed'],
  ...Object.fromEntries(PLACES_TAGS.map((tag) => [tag, ['target-delivered', 'check-recorded'] as const])),
};

type Fields = Readonly<Record<string, unknown>>;

/** The change that an action of AWS makes, where it is one that an audit event has to tell of. */
export function changeOf(action: string, input: Fields, output: unknown): Change | undefined {
  const change = (about: unknown, audits: Change['audits'], announced: Partial<Change> = {}): Change => ({
    action,
    audits,
    about: String(about),
    subject: String(about),
    takesAway: false,
    isAnswered: true,
    ...announced,
  });
  const { AccessKeyId: keyId, UserName: user, ClientRequestToken: token } = input;
  const managed = idOfSecret(String(input.SecretId)) ?? '';
  switch (action) {
    case 'CreateAccessKey': {
      const { AccessKey } = output as { AccessKey: { AccessKeyId: string } };
      return change(AccessKey.AccessKeyId, ['key-created'], { announcedBy: 'intent-written', subject: String(user) });
    }
    case 'UpdateAccessKey':
      if (input.Status === 'Active')
        return change(keyId, ['key-reactivated'], { announcedBy: 'key-reactivation-begun', takesAway: true });
      return change(keyId, ['key-deactivated'], { announcedBy: 'key-deactivation-begun', takesAway: true });
    case 'DeleteAccessKey':
      return change(keyId, ['key-deleted', 'key-discarded'], { announcedBy: 'key-deletion-begun', takesAway: true });
    case 'PutSecretValue':
      return change(token, ['key-stored'], { announcedBy: 'intent-written', subject: managed });
    case 'UpdateSecretVersionStage':
      return relabelled(input, change);
    case 'TagResource': {
      const [tag] = input.Tags as readonly { readonly Key: string }[];
      return change(managed, TAGGED[tag?.Key ?? ''] ?? []);
    }
    case 'UntagResource':
      return change(managed, ['intent-cleared', 'key-deleted', 'labels-cleaned', 'pause-removed']);
    default:
      return undefined;
  }
}

function relabelled(
  { VersionStage, MoveToVersionId: to, RemoveFromVersionId: from }: Fields,
  change: (about: unknown, audits: Change['audits'], announced?: Partial<Change>) => Change,
): Change {
  if (VersionStage === 'AWSCURRENT') return change(to, ['key-promoted'], { announcedBy: 'key-promotion-begun' });
  return to === undefined ? change(from, ['labels-cleaned']) : change(to, ['version-delivered']);
}
