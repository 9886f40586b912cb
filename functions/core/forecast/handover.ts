import { after } from '../duration';
import { targetSetDigest } from '../hosts/target';
import { ASK_STANDS_FOR, isRotationAsked } from '../key/asked';
import { driftedAt } from '../key/check-mark';
import { compromisedOf, saidCompromised } from '../key/compromised';
import { tagFor } from '../key/dated-tag';
import { isDelivered, isDeliveryAsked } from '../key/delivery-mark';
import { openIntent, orphanCandidates } from '../key/intent';
import { ringOfUser } from '../key/key-ring';
import { pauseOf } from '../key/pause';
import { currentKey } from '../key/secret-state';
import { isRollbackAsked, rollbackAskedAt } from '../key/withdrawn';
import { isObserved } from '../lifecycle/observed';
import { TAG } from '../names';
import type { ImaginedKey } from './imagined-key';

/** What may be half of a key that is to be handed back; a code's meaning never changes. */
export const HALVES = [
  /** A rotation has begun and stored nothing yet: the user may have a key that nobody holds. */
  'rotation-open',
  /** A key that such a rotation may have left behind. */
  'orphan',
  /** Somebody has asked for a rotation, and it is still to be done. */
  'rotation-asked',
  /** Somebody has asked for the key before the current one, and it is not back yet. */
  'rolling-back',
  /** A key that is said to have leaked is Active. */
  'leaked-active',
  /** Not every place has confirmed the current key. */
  'undelivered',
  /** The two variables of a place may hold halves of two credentials. */
  'torn',
  /** A place does not hold what was delivered to it. */
  'drifted',
  /** The current key is Inactive: whoever holds it is locked out. */
  'current-inactive',
  /** IAM does not list the current key. */
  'current-gone',
  /** The current value of the secret is none that Keyturn wrote. */
  'secret-edited',
] as const;
export type Half = (typeof HALVES)[number];

/** What ends it: a request, a run that comes by itself, or a person. */
export type Ending = 'deliver' | 'rotate' | 'reactivate' | 'resume' | 'deploy' | 'wait' | 'look';

export interface LeftHalf {
  readonly is: Half;
  readonly accessKeyId?: string | undefined;
  readonly since?: Date | undefined;
  readonly ending: Ending;
}

/** In which state one managed key would be handed back. */
export interface Handover {
  /** What is half; none: the key can be handed back as it is. */
  readonly half: readonly LeftHalf[];
  /** Nothing is done for the key meanwhile, and nothing finishes what is half. */
  readonly heldBy: 'paused' | 'observed' | undefined;
  /** Of a pause that can be read. */
  readonly pausedUntil: Date | undefined;
  /** When the deactivation of a superseded key was held, because it is in use. */
  readonly heldSince: ReadonlyMap<string, Date>;
}

/** Looks what of a key is half, and what finishes it. */
export function handoverOf(key: ImaginedKey, now: Date): Handover {
  const { secret, keys } = key;
  const pause = pauseOf(secret, now);
  const heldBy = isObserved(key.entry) ? 'observed' : pause === undefined ? undefined : 'paused';
  const held = keys.flatMap(({ accessKeyId }) => {
    const at = tagFor(secret, TAG.held, accessKeyId);
    return at === undefined ? [] : [[accessKeyId, at] as const];
  });
  return {
    half: [...openRotation(key, now), ...leaked(key, now), ...currentHalf(key), ...undelivered(key)].map((left) => ({
      ...left,
      ending: endingOf(left.ending, heldBy),
    })),
    heldBy,
    pausedUntil: pause === undefined || pause === 'unreadable' ? undefined : pause.until,
    heldSince: new Map(held),
  };
}

/** What is held back is let go first: no run and no request does anything for it before. */
function endingOf(ending: Ending, heldBy: Handover['heldBy']): Ending {
  if (heldBy === undefined || ending === 'reactivate' || ending === 'look') return ending;
  return heldBy === 'paused' ? 'resume' : 'deploy';
}

function openRotation({ entry, secret, keys }: ImaginedKey, now: Date): readonly LeftHalf[] {
  const intent = openIntent(secret);
  if (intent === 'unreadable') return [{ is: 'rotation-open', ending: 'look' }];
  if (intent !== undefined) {
    const orphans = orphanCandidates(intent, ringOfUser(secret, keys, entry.user).unknown);
    return [
      { is: 'rotation-open', since: intent.at, ending: 'wait' },
      ...orphans.map(({ accessKeyId, createdAt }) => ({
        ...({ is: 'orphan', ending: 'wait' } as const),
        accessKeyId,
        since: createdAt,
      })),
    ];
  }
  const back = isRollbackAsked(secret, now) ? rollbackAskedAt(secret) : undefined;
  if (back !== undefined) return [{ is: 'rolling-back', since: back, ending: 'wait' }];
  return isRotationAsked(secret, now) ? [{ is: 'rotation-asked', ending: 'wait' }] : [];
}

/** Its successor is on its way, or nobody has proved what the tag says: then a person looks. */
function leaked({ secret, keys }: ImaginedKey, now: Date): readonly LeftHalf[] {
  const said = saidCompromised(secret);
  return keys.flatMap(({ accessKeyId, status }) => {
    const { at } = compromisedOf(said, accessKeyId) ?? {};
    if (at === undefined || status !== 'Active') return [];
    const ending = now < after(at, ASK_STANDS_FOR) ? 'wait' : 'look';
    return [{ is: 'leaked-active', accessKeyId, since: at, ending }];
  });
}

function currentHalf({ entry, secret, keys }: ImaginedKey): readonly LeftHalf[] {
  const { current, edited, anchorKey } = ringOfUser(secret, keys, entry.user);
  if (edited) return [{ is: 'secret-edited', ending: 'rotate' }];
  if (current === undefined) return [];
  const { accessKeyId } = current;
  if (anchorKey === undefined) return [{ is: 'current-gone', accessKeyId, ending: 'rotate' }];
  return anchorKey.status === 'Active' ? [] : [{ is: 'current-inactive', accessKeyId, ending: 'reactivate' }];
}

function undelivered({ entry, secret }: ImaginedKey): readonly LeftHalf[] {
  const current = currentKey(secret);
  const { targets, connections } = entry;
  if (current === undefined || targets.length === 0) return [];
  const { accessKeyId, createdAt } = current;
  const digest = targetSetDigest(targets, connections);
  if (!isDelivered(secret, current, digest)) {
    const torn = tagFor(secret, TAG.torn, accessKeyId);
    // What was asked for already is done by the next run of sync.
    const ending = isDeliveryAsked(secret, current) ? 'wait' : 'deliver';
    return torn === undefined
      ? [{ is: 'undelivered', accessKeyId, since: createdAt, ending }]
      : [{ is: 'torn', accessKeyId, since: torn, ending }];
  }
  const drifted = driftedAt(secret, current, digest);
  return drifted === undefined ? [] : [{ is: 'drifted', accessKeyId, since: drifted, ending: 'deliver' }];
}
