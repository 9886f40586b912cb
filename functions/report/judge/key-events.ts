import { storedVersions } from '../../core/key/secret-state';
import { parseVersionId } from '../../core/key/version-id';
import type { Change } from './model';
import { compare } from './pairing';
import type { ManagedKey } from './scope';

/** A point at which the life of an access key takes a turn. */
export interface Turn {
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

const TURNS = {
  'key-created': 'created',
  'key-stored': 'stored',
  'key-promoted': 'stored',
  'version-delivered': 'delivered',
  'key-deactivated': 'inactive',
  'inactive-recorded': 'inactive',
  'reactivation-recorded': 'active',
  'key-discarded': 'discarded',
  'key-deleted': 'deleted',
} as const;

/** Everything that is known to have happened to a managed user's access keys, in order of time. */
export function turnsOf(managed: ManagedKey, changes: readonly Change[]): readonly Turn[] {
  const turns: Turn[] = [];
  for (const { event, outcome, accessKeyId, time, id, reason } of managed.events) {
    const what = TURNS[event as keyof typeof TURNS];
    if (what === undefined || accessKeyId === undefined || outcome !== 'ok') continue;
    // A deleted key never comes back: what IAM still lists was not deleted, whatever the record says.
    if ((what === 'deleted' || what === 'discarded') && isListed(managed, accessKeyId)) continue;
    const isSeen = event === 'inactive-recorded' || event === 'reactivation-recorded';
    const why = reason === undefined ? {} : { reason };
    turns.push({ accessKeyId, at: new Date(time), what, event: id, isSeen, ...why });
  }
  for (const change of changes) {
    const turn = turnOf(change);
    if (turn !== undefined) turns.push(turn);
  }
  const known = (accessKeyId: string, what: Turn['what']) =>
    turns.some((turn) => turn.accessKeyId === accessKeyId && turn.what === what);
  // What was before the record: the version's ID names the key and its creation, and it was stored at once.
  for (const { accessKeyId, createdAt } of managed.secret === undefined ? [] : storedVersions(managed.secret)) {
    if (!known(accessKeyId, 'created')) turns.push({ accessKeyId, at: createdAt, what: 'created' });
    if (!known(accessKeyId, 'stored')) turns.push({ accessKeyId, at: createdAt, what: 'stored' });
  }
  for (const { accessKeyId, createdAt } of managed.listed ?? []) {
    if (!known(accessKeyId, 'created')) turns.push({ accessKeyId, at: createdAt, what: 'created' });
  }
  // Of an earlier key the events may begin in the middle of its life; a stored version names its creation.
  for (const { accessKeyId, version } of managed.events) {
    if (accessKeyId === undefined || version === undefined || known(accessKeyId, 'created')) continue;
    const stored = parseVersionId(version);
    if (stored?.accessKeyId === accessKeyId) turns.push({ accessKeyId, at: stored.createdAt, what: 'created' });
  }
  return turns.sort(inOrder);
}

function isListed({ listed }: ManagedKey, accessKeyId: string): boolean {
  return listed?.some((key) => key.accessKeyId === accessKeyId) ?? false;
}

/** What CloudTrail adds to the record. */
function turnOf({ action, at, accessKeyId, result, by, event, status, version }: Change): Turn | undefined {
  if (result !== 'without-keyturn' && result !== 'begun-only') return undefined;
  const begun = event === undefined ? {} : { event };
  const who = result === 'begun-only' ? begun : { by: by ?? 'an unknown principal' };
  const turn = (what: Turn['what'], id = accessKeyId): Turn | undefined =>
    id === undefined ? undefined : { accessKeyId: id, at: new Date(at), what, ...who };
  switch (action) {
    case 'CreateAccessKey':
      return turn('created');
    case 'DeleteAccessKey':
      return turn('deleted');
    case 'UpdateAccessKey':
      return turn(status === 'Active' ? 'active' : 'inactive');
    case 'PutSecretValue':
      // By hand nobody stores a version that names a key, and if he does it is the secret's current one all the same.
      return turn('stored', parseVersionId(version ?? '')?.accessKeyId);
  }
}

const ORDER: readonly Turn['what'][] = ['created', 'stored', 'delivered', 'active', 'inactive', 'discarded', 'deleted'];

function inOrder(a: Turn, b: Turn): number {
  return (
    a.at.getTime() - b.at.getTime() ||
    ORDER.indexOf(a.what) - ORDER.indexOf(b.what) ||
    compare(a.accessKeyId, b.accessKeyId)
  );
}
