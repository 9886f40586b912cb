import type { RegistryEntry } from '../config/registry';
import { type Pause, pauseOf } from '../key/pause';
import type { SecretState } from '../key/secret-state';
import type { FoundOfKey } from './found';

export type Paused = FoundOfKey<'paused', Pause & { readonly secret: string }>;
export type InvalidPause = FoundOfKey<'invalid-pause', { readonly secret: string }>;
export type PauseFinding = Paused | InvalidPause;

/** What every planner asks first: nothing is done for a key that a person holds back (K14). */
export function pauseFinding({ id }: RegistryEntry, secret: SecretState, now: Date): PauseFinding | undefined {
  const pause = pauseOf(secret, now);
  if (pause === undefined) return undefined;
  // One that was taken over stands on the retained secret.
  const name = secret.takesOver?.pauses ? secret.takesOver.secret : secret.name;
  return pause === 'unreadable'
    ? { code: 'invalid-pause', key: id, facts: { secret: name } }
    : { code: 'paused', key: id, facts: { ...pause, secret: name } };
}
