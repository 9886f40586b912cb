import { DAY } from '../duration';
import type { Finding } from '../lifecycle/plan';
import { TAG } from '../names';
import type { SecretState } from './secret-state';

/** The longest pause that is honoured without being questioned. */
const LONGEST_PAUSE = 90 * DAY;

/**
 * The finding of a paused key, or undefined when nothing pauses it. A pause that cannot be read still pauses: an
 * exemption must never fail open.
 */
export function pauseOf(id: string, secret: SecretState, now: Date): Finding | undefined {
  const value = secret.tags[TAG.paused];
  if (value === undefined) return undefined;
  const [until = '', by = '', ...why] = value.split(' ');
  const end = new Date(until);
  if (!/^\d{4}-\d{2}-\d{2}/.test(until) || Number.isNaN(end.getTime())) {
    return {
      code: 'invalid-pause',
      key: id,
      severity: 'attention',
      message:
        `Key "${id}" is paused without an end: the tag ${TAG.paused} of ${secret.name} holds something else than ` +
        '"<until, ISO time> <by> <why>". Nothing is changed until the tag is corrected or removed.',
    };
  }
  if (end <= now) return undefined;
  const long = end.getTime() - now.getTime() > LONGEST_PAUSE;
  return {
    code: 'paused',
    key: id,
    severity: long ? 'attention' : 'notice',
    message:
      `Key "${id}" is paused until ${end.toISOString()} by ${by || 'an unnamed person'}${why.length > 0 ? ` (${why.join(' ')})` : ''}. ` +
      `Remove the tag ${TAG.paused} of ${secret.name} to go on sooner.`,
  };
}

/** When the pause ends, or ended, that a secret's tag tells of; undefined without one that can be read. */
export function pauseEnd(secret: SecretState): Date | undefined {
  const end = new Date(secret.tags[TAG.paused]?.split(' ')[0] ?? '');
  return Number.isNaN(end.getTime()) ? undefined : end;
}
