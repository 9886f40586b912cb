import { after } from '../../core/duration';
import { tagFor } from '../../core/key/dated-tag';
import { currentKey } from '../../core/key/secret-state';
import { TAG } from '../../core/names';
import type { KeyLife, KeysLeft, ManagedKeyHistory } from './model';
import type { ManagedKey } from './scope';

/** The year until the report. */
const MONTHS = 12;

/** An access key in one of these can be used. */
const WORKING: ReadonlySet<string> = new Set(['undelivered', 'current', 'overlap']);

/**
 * How many managed keys are left at the end of each month, and how many roles had replaced: from the first month in which
 * there was one, and for a year at most.
 */
export function keysLeft(
  keys: readonly ManagedKey[],
  histories: readonly ManagedKeyHistory[],
  until: Date,
): readonly KeysLeft[] {
  const lives = histories.map((history) => history.lives.filter(({ origin }) => origin !== 'foreign'));
  const starts = lives.flat().flatMap(({ phases }) => phases[0]?.from ?? []);
  const first = starts.reduce((least, at) => (at < least ? at : least), until.toISOString());
  return monthEnds(first, until).map(({ month, end }) => {
    const isGone = keys.map((key, at) => histories[at]?.state === 'replaced' && wentBy(key, end));
    const works = lives.map((own, at) => isGone[at] !== true && own.some((life) => worksAt(life, end)));
    return {
      month,
      keys: works.filter(Boolean).length,
      replaced: keys.filter((key, at) => isGone[at] || (works[at] !== true && isReplacedAt(key, end))).length,
    };
  });
}

/** What is known of a key that is gone now, also when the record has forgotten it. */
function wentBy({ secret, before }: ManagedKey, end: string): boolean {
  const current = secret && before === undefined ? currentKey(secret) : undefined;
  const at = secret && current && tagFor(secret, TAG.replaced, current.accessKeyId);
  return at !== undefined && at.toISOString() <= end;
}

function worksAt({ phases }: KeyLife, at: string): boolean {
  return phases.some(({ phase, from, to }) => WORKING.has(phase) && from <= at && (to === undefined || at < to));
}

/** What makes a key current, or has it work again. */
const RETURNS: ReadonlySet<string> = new Set([
  'key-stored',
  'key-promoted',
  'key-reactivated',
  'reactivation-recorded',
]);

/** The last that happened to its current key is that it went for good: of a run that was cut off, that it was about to. */
function isReplacedAt({ events }: ManagedKey, at: string): boolean {
  const last = events.findLast(
    ({ event, reason, time }) =>
      time <= at && (RETURNS.has(event) || (event === 'key-deactivation-begun' && reason === 'replaced')),
  );
  return last?.event === 'key-deactivation-begun';
}

/** The last instant of each month, and of the last one the last that the report knows. */
function monthEnds(first: string, until: Date): readonly { readonly month: string; readonly end: string }[] {
  const last = after(until, -1);
  const months = Array.from({ length: MONTHS }, (_, ago) => {
    const next = new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth() - ago + 1));
    const end = after(next, -1);
    return { month: end.toISOString().slice(0, 7), end: (end < last ? end : last).toISOString() };
  });
  return months.filter(({ end }) => first <= end).reverse();
}
