import type { PlaceState, TriedToken } from './try-token';

/**
 * How the token works beside the one before it. `unreadable`: nobody but sync may read that one, which is as it should be.
 * `foreign`: what the secret holds is no token.
 */
export type Before = 'none' | 'same' | 'foreign' | 'unreadable' | 'better' | 'not-better';

/** Why a token is stored, or is not. */
export type Decision =
  | { readonly store: true; readonly because: 'works' | 'unproved' | 'works-no-less' | 'forced' }
  | {
      readonly store: false;
      readonly because: 'dry-run' | 'same' | 'unreachable' | 'works-less' | 'lacks' | 'foreign';
    };

/** From the best to the worst; where the host did not answer, nobody knows. */
const WORTH: Readonly<Record<PlaceState, number>> = { writable: 3, unproved: 2, unreachable: 1, refused: 0 };

/** Whether a token works less at some place than the one before it. */
export function worksLess(token: TriedToken, before: TriedToken): boolean {
  const was = new Map(before.places.map(({ target, state }) => [target, state]));
  return token.places.some(({ target, state }) => WORTH[state] < WORTH[was.get(target) ?? 'refused']);
}

/** Whether every place has shown that the token may write there. */
export function isProved(tried: TriedToken): boolean {
  return worksEverywhere(tried) && tried.places.every(({ state }) => state === 'writable');
}

/** Whether no place has refused it, and no scope is known to be missing. */
function worksEverywhere({ token, places }: TriedToken): boolean {
  const works = places.every(({ state }) => state === 'writable' || state === 'unproved');
  return works && places.length > 0 && (token?.lacks.length ?? 0) === 0;
}

/** Whether the host did not answer somewhere. */
export function isUnreachable({ places }: TriedToken): boolean {
  return places.some(({ state }) => state === 'unreachable');
}

/** What becomes of a token that was tried. */
export function decide(
  tried: TriedToken,
  before: Before,
  { dryRun, force }: { readonly dryRun: boolean; readonly force: boolean },
): Decision {
  if (dryRun) return { store: false, because: 'dry-run' };
  if (before === 'same') return { store: false, because: 'same' };
  if (before === 'foreign' && !force) return { store: false, because: 'foreign' };
  if (isProved(tried)) return { store: true, because: 'works' };
  if (worksEverywhere(tried) && before !== 'better') return { store: true, because: 'unproved' };
  if (force) return { store: true, because: 'forced' };
  if (isUnreachable(tried)) return { store: false, because: 'unreachable' };
  if (before === 'not-better' && tried.places.some(({ state }) => state === 'writable'))
    return { store: true, because: 'works-no-less' };
  return { store: false, because: before === 'better' ? 'works-less' : 'lacks' };
}
