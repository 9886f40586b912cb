import { after } from '../../core/duration';
import { ASK_STANDS_FOR, NO_KEY } from '../../core/key/asked';
import type { KeyEvent } from './key-events';
import type { KeyLife } from './model';
import type { ManagedKey } from './scope';

/**
 * Who asked for a rotation, and why: what a front tells that it wrote for the key that was current then, within the day in
 * which it is tried. Whom a front names AWS has attested; that nobody else writes in its name the seals tell.
 *
 * @param stored the key that was made
 * @param before the one that was current before it
 */
export function requestedBy(
  { events }: Pick<ManagedKey, 'events'>,
  stored: KeyEvent | undefined,
  before: string | undefined,
): KeyLife['requested'] {
  if (stored?.reason !== 'requested') return undefined;
  const asked = events.findLast(({ event, outcome, time, facts }) => {
    const at = new Date(time);
    const isInTime = at <= stored.at && stored.at <= after(at, ASK_STANDS_FOR);
    return event === 'ask-written' && outcome === 'ok' && facts?.do === 'rotate' && isInTime && isOf(facts.tag, before);
  });
  const { by, why } = asked?.facts ?? {};
  if (asked === undefined || typeof by !== 'string') return undefined;
  return { by, why: typeof why === 'string' ? why : undefined, event: asked.id };
}

/** A front that found its tag written by a copy that has died does not repeat it. */
function isOf(tag: unknown, accessKeyId: string | undefined): boolean {
  return typeof tag !== 'string' || tag.split(' ')[0] === (accessKeyId ?? NO_KEY);
}
