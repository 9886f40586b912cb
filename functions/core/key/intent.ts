import { DAY, HOUR, MINUTE } from '../duration';
import { TAG } from '../names';
import type { AccessKey } from './access-key';
import { type SecretState, type StoredVersion, storedVersions } from './secret-state';

/**
 * A rotation that began: written before its key is created. The key that it stores ends it; the tag stays until the
 * next rotation writes its own, and tells which version is the last rotation's.
 */
export interface Intent {
  readonly at: Date;
  readonly run: string;
  /** The user's keys before: none of them can be what the run left behind. */
  readonly before: readonly string[];
}

/** No run lives longer than this (Lambda's limit is 15 minutes), so an older intent's run is over. */
export const INTENT_LIVES = HOUR;
/** CloudTrail shows an event after five minutes on average, says AWS; this leaves time for daily runs to ask again. */
export const RECORD_SHOWS_WITHIN = 3 * DAY;
/** A run creates its key well within this time after its intent. */
const CREATED_WITHIN = 15 * MINUTE;
/** How far the function's clock may be ahead of IAM's. */
const CLOCK_SKEW = 5 * MINUTE;

/** `<ISO time> <run> <key IDs before>`; at most 256 characters, as a tag value must be. */
export function intentTag(intent: Intent): string {
  return [intent.at.toISOString(), intent.run, ...intent.before].join(' ');
}

/** The rotation that began last, over or not; undefined when there is none, or its tag cannot be read. */
export function lastIntent(secret: SecretState): Intent | undefined {
  const intent = intentOf(secret);
  return intent === 'unreadable' ? undefined : intent;
}

/** A rotation that has stored nothing yet. A tag that cannot be read counts as just written: it blocks, and a person looks. */
export function openIntent(secret: SecretState): Intent | 'unreadable' | undefined {
  const intent = intentOf(secret);
  if (intent === undefined || intent === 'unreadable') return intent;
  return productOf(secret, intent) === undefined ? intent : undefined;
}

/** What a rotation has stored; of two that ran at the same time, the younger key. */
export function productOf(secret: SecretState, intent: Intent): StoredVersion | undefined {
  return storedVersions(secret).findLast((version) => mayBeOf(intent, version));
}

/** Keys that the intent's run may have left behind; what decides is CloudTrail's record of who created them. */
export function orphanCandidates(intent: Intent, unknown: readonly AccessKey[]): readonly AccessKey[] {
  return unknown.filter((key) => mayBeOf(intent, key));
}

function intentOf(secret: SecretState): Intent | 'unreadable' | undefined {
  const value = secret.tags[TAG.intent];
  if (value === undefined) return undefined;
  const [time = '', run, ...before] = value.split(' ');
  const at = new Date(time);
  if (run === undefined || Number.isNaN(at.getTime())) return 'unreadable';
  return { at, run, before };
}

function mayBeOf(intent: Intent, key: { readonly accessKeyId: string; readonly createdAt: Date }): boolean {
  const created = key.createdAt.getTime();
  const from = intent.at.getTime() - CLOCK_SKEW;
  const to = intent.at.getTime() + CREATED_WITHIN;
  return created >= from && created <= to && !intent.before.includes(key.accessKeyId);
}
