import type { KeyEvent } from './key-events';
import type { KeyLife } from './model';

type LifeMark = KeyLife['marks'][number];

/** What an event of a key looks like in the life of a key. What somebody else than Keyturn did is an incident, whatever it was. */
export function lifeMarkOf(keyEvent: KeyEvent, origin: KeyLife['origin'], since: Date | undefined): LifeMark[] {
  const { at, event, by, what, isFound } = keyEvent;
  const described = kindAndLabel(keyEvent, origin);
  if (described === undefined) return [];
  const [kind, label] = described;
  // Before it was managed it was nobody's business but its owner's.
  const isOwners = origin === 'adopted' && (what === 'created' || (since !== undefined && at < since));
  const isForeign = !isOwners && (by !== undefined || (origin === 'foreign' && what === 'created'));
  const who = `${by === undefined ? '' : ` by ${by}`}${isForeign ? ', without Keyturn' : ''}`;
  const before = isFound ? '; it happened before' : '';
  return [
    {
      kind: isForeign ? 'incident' : kind,
      at: at.toISOString(),
      label: `${label}${who}${before}`,
      event,
      ...(isFound ? { isFound } : {}),
    },
  ];
}

function kindAndLabel(
  { what, by, reason, isSeen, isFound }: KeyEvent,
  origin: KeyLife['origin'],
): readonly [LifeMark['kind'], string] | undefined {
  const because = reason === undefined ? '' : ` (${reason})`;
  const seen = (done: string, state: string) =>
    isFound ? `Found ${state}` : isSeen ? `Seen ${state}` : `${done} ${state}`;
  switch (what) {
    case 'created':
      return ['created', `${origin === 'adopted' ? 'Created before it was managed' : 'Created'}${because}`];
    case 'delivered':
      return ['delivered', 'Delivered to every target'];
    case 'inactive':
      return ['deactivated', seen('Made', 'Inactive')];
    case 'active':
      return ['incident', seen('Made', 'Active again')];
    case 'discarded':
      return ['discarded', `Discarded${because}`];
    case 'deleted':
      return ['deleted', isFound ? 'Found deleted' : 'Deleted'];
    case 'stored':
      // Its creation is marked already, and a promotion is an incident by its finding.
      return by === undefined ? undefined : ['incident', seen('Became', 'current')];
  }
}
