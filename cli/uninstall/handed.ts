import { quoted } from '../../functions/core/findings/commands';
import {
  type Ending,
  type Half,
  type Handover,
  handoverOf,
  type LeftHalf,
} from '../../functions/core/forecast/handover';
import type { ImaginedKey } from '../../functions/core/forecast/imagined-key';
import type { KeyStanding, StandingKey } from '../../functions/core/forecast/standing';
import type { CommandDocument, HandedKeyDocument } from '../documents/uninstall';

const WHAT: Readonly<Record<Half, string>> = {
  'rotation-open': 'A rotation has begun and stored nothing yet: the user may have a key that nobody holds.',
  orphan: 'A rotation that died may have left this key behind, which nobody holds.',
  'rotation-asked': 'Somebody has asked for a rotation, and it is still to be done.',
  'rolling-back': 'Somebody has asked for the key before this one, and it is not back yet.',
  'leaked-active': 'A key that is said to have leaked is Active.',
  undelivered: 'Not every place has confirmed the current key: some may hold the one before.',
  torn: 'A place may hold the halves of two keys, and be locked out.',
  drifted: 'A place does not hold what was delivered to it.',
  'current-inactive': 'The current key is Inactive: whoever holds it is locked out.',
  'current-gone': 'Somebody has deleted the current key: whoever holds it is locked out.',
  'secret-edited': 'The value of the secret is none that Keyturn wrote: what pipelines would get is not known.',
};

const FINISHES: Readonly<Record<Ending, (key: { id: string; user: string }, left: LeftHalf) => CommandDocument>> = {
  deliver: ({ id }) => ({ to: 'Deliver it again', run: `keyturn deliver ${quoted(id)} --why uninstall` }),
  rotate: ({ id }) => ({
    to: 'Have a new key made and delivered',
    run: `keyturn rotate ${quoted(id)} --why uninstall`,
  }),
  reactivate: ({ user }, { accessKeyId = '' }) => ({
    to: 'Make it Active again',
    run: `aws iam update-access-key --user-name ${quoted(user)} --access-key-id ${quoted(accessKeyId)} --status Active`,
  }),
  resume: ({ id }) => ({
    to: 'Let the key go on: a pause keeps it half',
    run: `keyturn resume ${quoted(id)} --why uninstall`,
  }),
  deploy: () => ({
    to: 'Take "mode: observe" out of the file, and deploy: only so is it finished',
    run: 'npx cdk deploy --all',
  }),
  wait: () => ({ to: 'Wait for the run that finishes it', run: 'keyturn uninstall --wait' }),
  look: () => ({ to: 'Look what is wrong', run: 'keyturn doctor' }),
};

/** One key as it would be handed back. */
export function handedKey(key: ImaginedKey, standing: KeyStanding, now: Date): HandedKeyDocument {
  const { id, user, current, delivered } = standing;
  const handover = handoverOf(key, now);
  const { half, heldBy, pausedUntil } = handover;
  return {
    id,
    user,
    state: half.length === 0 ? 'whole' : 'half',
    current: current && {
      accessKeyId: current.accessKeyId,
      status: current.status,
      createdAt: current.createdAt.toISOString(),
    },
    places: [...delivered.places],
    deliveredAt: delivered.at?.toISOString(),
    half: half.map((left) => ({
      is: left.is,
      what: WHAT[left.is],
      accessKeyId: left.accessKeyId,
      since: left.since?.toISOString(),
      finish: FINISHES[left.ending]({ id, user }, left),
      // What was not delivered sync delivers every hour, whoever asks.
      isWaitedFor: left.ending === 'wait' || (left.ending === 'deliver' && left.is !== 'drifted'),
    })),
    others: standing.others
      .filter(({ accessKeyId }) => !half.some((left) => left.is === 'orphan' && left.accessKeyId === accessKeyId))
      .map((other) => handedOther(other, standing, handover)),
    heldBy,
    pausedUntil: pausedUntil?.toISOString(),
  };
}

function handedOther(
  other: StandingKey & Pick<HandedKeyDocument['others'][number], 'is'>,
  { next }: KeyStanding,
  { heldSince }: Handover,
): HandedKeyDocument['others'][number] {
  const { accessKeyId, is, status, createdAt, lastUsed, usedByOthers } = other;
  const when = (does: 'deactivate' | 'delete') =>
    next.find((seen) => seen.does === does && seen.accessKeyId === accessKeyId)?.at.toISOString();
  const [deactivateAt, deleteAt] = [when('deactivate'), when('delete')];
  return {
    accessKeyId,
    is,
    status,
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsed.at?.toISOString(),
    usedByOthers,
    heldSince: heldSince.get(accessKeyId)?.toISOString(),
    deactivateAt,
    deleteAt,
    what: whatBecomes({ is, status, deactivateAt, deleteAt, isHeld: heldSince.has(accessKeyId) }),
  };
}

interface Old extends Pick<HandedKeyDocument['others'][number], 'is' | 'status' | 'deactivateAt' | 'deleteAt'> {
  readonly isHeld: boolean;
}

function whatBecomes({ is, status, deactivateAt, deleteAt, isHeld }: Old): string {
  if (is === 'foreign') return 'Somebody made it by hand, and it is theirs: tell them. Keyturn has never touched it.';
  const day = (at: string | undefined, does: string) =>
    at === undefined ? '' : ` Keyturn would ${does} it on ${at.slice(0, 10)}.`;
  if (status === 'Inactive')
    return `Inactive, in its recovery: delete it by hand when nothing has missed it.${day(deleteAt, 'delete')}`;
  const held = isHeld ? ' Its deactivation is held, because somebody uses it.' : '';
  const beside =
    is === 'withdrawn' ? 'Taken back, and Active beside the key that came back' : 'Active beside its successor';
  return `${beside}: make it Inactive by hand, and delete it later.${held}${day(deactivateAt, 'make it Inactive, if the stack stays,').replace('it on', 'on')}`;
}
