import { HOUR, MINUTE } from './duration';
import { TAG } from './names';
import type { AccessKey, LastUsed } from './ports';
import type { SecretState } from './secret-state';

/** A rotation that began: written before the key is created, removed after it is stored. */
export interface Intent {
  readonly at: Date;
  readonly run: string;
  /** The user's keys before: none of them can be what the run left behind. */
  readonly before: readonly string[];
}

/** No run lives longer than this (Lambda's limit is 15 minutes), so an older intent's run is over. */
export const INTENT_LIVES = HOUR;
/** A use of a key shows in IAM's data within this time; hours have been seen. */
export const USE_SHOWS_WITHIN = 12 * HOUR;
/** A run creates its key well within this time after its intent. */
const CREATED_WITHIN = 15 * MINUTE;
/** How far the function's clock may be ahead of IAM's. */
const CLOCK_SKEW = 5 * MINUTE;

/** `<ISO time> <run> <key IDs before>`; at most 256 characters, as a tag value must be. */
export function intentTag(intent: Intent): string {
  return [intent.at.toISOString(), intent.run, ...intent.before].join(' ');
}

/** The open intent, or undefined. A tag that cannot be read counts as just written: it blocks, and a person looks. */
export function intentOf(secret: SecretState): Intent | 'unreadable' | undefined {
  const value = secret.tags[TAG.intent];
  if (value === undefined) return undefined;
  const [time = '', run, ...before] = value.split(' ');
  const at = new Date(time);
  if (run === undefined || Number.isNaN(at.getTime())) return 'unreadable';
  return { at, run, before };
}

/** Keys that the intent's run may have left behind; what decides is `isOrphan`, which needs their last use. */
export function orphanCandidates(intent: Intent, unknown: readonly AccessKey[]): readonly AccessKey[] {
  const from = intent.at.getTime() - CLOCK_SKEW;
  const to = intent.at.getTime() + CREATED_WITHIN;
  return unknown.filter((key) => {
    const created = key.createdAt.getTime();
    return created >= from && created <= to && !intent.before.includes(key.accessKeyId);
  });
}

/** Never used, or only by the proof that its own run made with STS. */
export function isOrphan(key: AccessKey, lastUsed: LastUsed | undefined): boolean {
  if (lastUsed === undefined) return false;
  if (lastUsed.at === undefined) return true;
  return lastUsed.service === 'sts' && lastUsed.at.getTime() <= key.createdAt.getTime() + CREATED_WITHIN + CLOCK_SKEW;
}
