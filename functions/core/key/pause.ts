import { DAY } from '../duration';
import { TAG } from '../names';
import type { SecretState } from './secret-state';

/** The longest pause that is honoured without being questioned. */
const LONGEST_PAUSE = 90 * DAY;

/** What a person wrote to hold a key back. */
export interface Pause {
  readonly until: Date;
  /** @default - nobody is named */
  readonly by?: string;
  /** @default - no reason is given */
  readonly why?: string;
  /** Longer than a pause should be. */
  readonly long: boolean;
}

/**
 * What pauses a key now, or undefined when nothing does. A pause that cannot be read still pauses: an exemption must
 * never fail open.
 */
export function pauseOf(secret: SecretState, now: Date): Pause | 'unreadable' | undefined {
  const value = secret.tags[TAG.paused];
  if (value === undefined) return undefined;
  const [end = '', by, ...why] = value.split(' ');
  const until = new Date(end);
  if (!/^\d{4}-\d{2}-\d{2}/.test(end) || Number.isNaN(until.getTime())) return 'unreadable';
  if (until <= now) return undefined;
  const long = until.getTime() - now.getTime() > LONGEST_PAUSE;
  return { until, by: by || undefined, why: why.length > 0 ? why.join(' ') : undefined, long };
}

/** When the pause ends, or ended, that a secret's tag tells of; undefined without one that can be read. */
export function pauseEnd(secret: SecretState): Date | undefined {
  const end = new Date(secret.tags[TAG.paused]?.split(' ')[0] ?? '');
  return Number.isNaN(end.getTime()) ? undefined : end;
}
