import type { AuditEvent } from '../../core/audit';
import { storedVersions } from '../../core/key/secret-state';
import { parseVersionId } from '../../core/key/version-id';
import { compare } from './compare';
import type { Change } from './model';
import type { ManagedKey } from './scope';

/** What happened to an access key, and changes its life. */
export interface KeyEvent {
  readonly accessKeyId: string;
  readonly at: Date;
  readonly what: 'created' | 'stored' | 'delivered' | 'inactive' | 'active' | 'discarded' | 'deleted';
  /** Why it was made or stored, where that is known. */
  readonly reason?: string;
  /** ID of the audit event; missing for what only CloudTrail or IAM tells. */
  readonly event?: string;
  /** Who did it, when it was not Keyturn. */
  readonly by?: string;
  /** Keyturn saw it then; it happened before. */
  readonly isSeen?: boolean;
  /** IAM showed it when the evidence was gathered, and nothing tells when it happened. */
  readonly isFound?: boolean;
}

const KEY_EVENTS = {
  'key-created': 'created',
  'key-stored': 'stored',
  'key-promoted': 'stored',
  'version-delivered': 'delivered',
  'key-deactivated': 'inactive',
  'inactive-recorded': 'inactive',
  'reactivation-recorded': 'active',
  'key-reactivated': 'active',
  'key-discarded': 'discarded',
  'key-deleted': 'deleted',
} as const;

/** Everything that is known to have happened to a managed user's access keys, in order of time. */
export function keyEventsOf(managed: ManagedKey, changes: readonly Change[]): readonly KeyEvent[] {
  const keyEvents = [
    ...managed.events.flatMap((event) => recordedEvent(event, managed) ?? []),
    ...changes.flatMap((change) => trailEvent(change) ?? []),
  ];
  const nameOf = ({ accessKeyId, what }: KeyEvent) => `${accessKeyId} ${what}`;
  const known = new Set(keyEvents.map(nameOf));
  for (const beginning of beginningsOf(managed)) {
    if (known.has(nameOf(beginning))) continue;
    known.add(nameOf(beginning));
    keyEvents.push(beginning);
  }
  return keyEvents.sort(inOrder);
}

/** What an audit event tells of a key's life. */
function recordedEvent(
  { event, outcome, accessKeyId, time, id, reason }: AuditEvent,
  managed: ManagedKey,
): KeyEvent | undefined {
  const what = KEY_EVENTS[event as keyof typeof KEY_EVENTS];
  if (what === undefined || accessKeyId === undefined || outcome !== 'ok') return undefined;
  // A deleted key never comes back: what IAM still lists was not deleted, whatever the record says.
  if ((what === 'deleted' || what === 'discarded') && isListed(managed, accessKeyId)) return undefined;
  const isSeen = event === 'inactive-recorded' || event === 'reactivation-recorded';
  return { accessKeyId, at: new Date(time), what, event: id, isSeen, reason };
}

/** How the lives of keys began that began before the record, the surest source first. */
function beginningsOf({ secret, listed = [], events }: ManagedKey): readonly KeyEvent[] {
  const created = (accessKeyId: string, at: Date): KeyEvent => ({ accessKeyId, at, what: 'created' });
  return [
    // The version's ID names the key and its creation, and it was stored at once.
    ...(secret === undefined ? [] : storedVersions(secret)).flatMap(({ accessKeyId, createdAt }): KeyEvent[] => [
      created(accessKeyId, createdAt),
      { accessKeyId, at: createdAt, what: 'stored' },
    ]),
    ...listed.map(({ accessKeyId, createdAt }) => created(accessKeyId, createdAt)),
    // Of an earlier key the events may begin in the middle of its life; a stored version names its creation.
    ...events.flatMap(({ accessKeyId, version }) => {
      const stored = version === undefined ? undefined : parseVersionId(version);
      return stored === undefined || stored.accessKeyId !== accessKeyId ? [] : created(accessKeyId, stored.createdAt);
    }),
  ];
}

function isListed({ listed }: ManagedKey, accessKeyId: string): boolean {
  return listed?.some((key) => key.accessKeyId === accessKeyId) ?? false;
}

/** What CloudTrail adds to the record. */
function trailEvent({ action, at, accessKeyId, result, by, event, status, version }: Change): KeyEvent | undefined {
  if (result !== 'without-keyturn' && result !== 'begun-only') return undefined;
  const who = result === 'begun-only' ? { event } : { by: by ?? 'an unknown principal' };
  const keyEvent = (what: KeyEvent['what'], id = accessKeyId): KeyEvent | undefined =>
    id === undefined ? undefined : { accessKeyId: id, at: new Date(at), what, ...who };
  switch (action) {
    case 'CreateAccessKey':
      return keyEvent('created');
    case 'DeleteAccessKey':
      return keyEvent('deleted');
    case 'UpdateAccessKey':
      return keyEvent(status === 'Active' ? 'active' : 'inactive');
    case 'PutSecretValue':
      // By hand nobody stores a version that names a key, and if he does it is the secret's current one all the same.
      return keyEvent('stored', parseVersionId(version ?? '')?.accessKeyId);
  }
}

const ORDER: readonly KeyEvent['what'][] = [
  'created',
  'stored',
  'delivered',
  'active',
  'inactive',
  'discarded',
  'deleted',
];

function inOrder(a: KeyEvent, b: KeyEvent): number {
  return (
    a.at.getTime() - b.at.getTime() ||
    ORDER.indexOf(a.what) - ORDER.indexOf(b.what) ||
    compare(a.accessKeyId, b.accessKeyId)
  );
}
