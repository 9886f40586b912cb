import type { Turn } from './key-events';
import type { KeyLife } from './model';

type Mark = KeyLife['marks'][number];

/** What a turn looks like in the life of a key. What somebody else than Keyturn did is an incident, whatever it was. */
export function markOf(turn: Turn, origin: KeyLife['origin'], since: Date | undefined): Mark[] {
  const { at, event, by, what, isFound } = turn;
  const told = kindAndLabel(turn, origin);
  if (told === undefined) return [];
  const [kind, label] = told;
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
  { what, by, reason, isSeen, isFound }: Turn,
  origin: KeyLife['origin'],
): readonly [Mark['kind'], string] | undefined {
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
