import { type AuditEvent, attemptOfEvent } from '../../core/audit';
import { parseVersionId } from '../../core/key/version-id';
import { idOfSecret } from '../../core/names';
import type { TrailWrite } from '../evidence/evidence';
import { groupBy } from '../group-by';
import { RUN_LIVES, TOLERANCE } from './time-bounds';

/**
 * What runs said that they were about to do and never said that they had done: they died in between, or did not learn
 * what became of it. One announcement accounts for one write of each kind at most, within the time that a run can live.
 */
export class Announcements {
  /** By what they announce: `create <user>`, `deactivate <access key>`, `reactivate <access key>`, `delete <access key>`. */
  readonly #open: ReadonlyMap<string, readonly AuditEvent[]>;
  /** Created keys of which the record does not say what became of them. */
  readonly #unstored: Map<string, AuditEvent>;
  readonly #used = new Set<string>();

  constructor(events: readonly AuditEvent[]) {
    const done = new Set(
      events.flatMap((event) => doneBy(event).map((action) => `${attemptOfEvent(event)} ${action}`)),
    );
    const isOpen = (event: AuditEvent, action: string) => !done.has(`${attemptOfEvent(event)} ${action}`);
    this.#open = groupBy(events, (event) => {
      const announced = announcedBy(event);
      return announced !== undefined && isOpen(event, announced) ? announced : undefined;
    });
    this.#unstored = new Map(
      events.flatMap((event) => {
        const { event: name, accessKeyId } = event;
        if (name !== 'key-created' || accessKeyId === undefined) return [];
        return isOpen(event, `settle ${accessKeyId}`) ? [[accessKeyId, event] as const] : [];
      }),
    );
  }

  /**
   * The announcement that a write follows; from then on it accounts for no other one of the kind. Ask in order of time.
   *
   * @param isPlausible whether nothing else speaks against it: an announcement does not name the key that is to be made
   */
  take(write: TrailWrite, isPlausible: (event: AuditEvent) => boolean): AuditEvent | undefined {
    const found = this.#candidates(write).findLast((event) => {
      const passed = write.at.getTime() - Date.parse(event.time);
      const isInTime = -TOLERANCE <= passed && passed <= RUN_LIVES + TOLERANCE;
      return isInTime && !this.#used.has(`${event.id} ${write.action}`) && isPlausible(event);
    });
    if (found === undefined) return undefined;
    this.#used.add(`${found.id} ${write.action}`);
    if (write.action === 'CreateAccessKey' && write.accessKeyId !== undefined) {
      this.#unstored.set(write.accessKeyId, found);
    }
    return found;
  }

  #candidates({ action, user, accessKeyId, status, secret, version }: TrailWrite): readonly AuditEvent[] {
    switch (action) {
      case 'CreateAccessKey':
        return this.#open.get(`create ${user}`) ?? [];
      case 'UpdateAccessKey':
        return this.#open.get(`${status === 'Inactive' ? 'deactivate' : 'reactivate'} ${accessKeyId}`) ?? [];
      case 'DeleteAccessKey':
        return [...this.#openCreation(accessKeyId), ...(this.#open.get(`delete ${accessKeyId}`) ?? [])];
      case 'PutSecretValue':
        return this.#openCreation(parseVersionId(version ?? '')?.accessKeyId).filter(
          ({ key }) => key !== undefined && key === idOfSecret(secret ?? ''),
        );
    }
  }

  #openCreation(accessKeyId: string | undefined): readonly AuditEvent[] {
    const created = accessKeyId === undefined ? undefined : this.#unstored.get(accessKeyId);
    return created === undefined ? [] : [created];
  }
}

function announcedBy({ event, user, accessKeyId }: AuditEvent): string | undefined {
  switch (event) {
    case 'intent-written':
      return user && `create ${user}`;
    case 'key-deactivation-begun':
      return accessKeyId && `deactivate ${accessKeyId}`;
    case 'key-reactivation-begun':
      return accessKeyId && `reactivate ${accessKeyId}`;
    case 'key-deletion-begun':
      return accessKeyId && `delete ${accessKeyId}`;
    default:
      return undefined;
  }
}

/** What an event says that was done. What becomes of a created key settles it. */
function doneBy({ event, user, accessKeyId }: AuditEvent): readonly string[] {
  switch (event) {
    case 'key-created':
      return [`create ${user}`];
    case 'key-stored':
      return [`settle ${accessKeyId}`];
    case 'key-discarded':
      return [`settle ${accessKeyId}`, `delete ${accessKeyId}`];
    case 'key-deactivated':
      return [`deactivate ${accessKeyId}`];
    case 'key-reactivated':
      return [`reactivate ${accessKeyId}`];
    case 'key-deleted':
      return [`delete ${accessKeyId}`];
    default:
      return [];
  }
}
