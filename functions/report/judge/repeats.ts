import type { AuditEvent } from '../../core/audit';
import type { TrailWrite } from '../evidence/evidence';
import { type Accounted, principalOf } from './principals';
import { RUN_LIVES, TOLERANCE } from './time-bounds';

/**
 * Whether a write only repeats another one. Secrets Manager takes the same version with the same value
 * again and makes none of it, and refuses it with another value, so a version that CloudTrail has twice was stored once,
 * whoever asked. An SDK that got no answer makes a key Inactive once more.
 */
export function isRepeatedWrite(write: TrailWrite, original: TrailWrite): boolean {
  if (write.action === 'PutSecretValue') return true;
  const apart = Math.abs(write.at.getTime() - original.at.getTime());
  return write.action === 'UpdateAccessKey' && principalOf(write) === principalOf(original) && apart <= RUN_LIVES;
}

/**
 * Whether an event only tells again of what was done already: of two runs at the same time both say so. A key is
 * created only once.
 *
 * @param pairs of the same action
 */
export function isRepeatedEvent(event: AuditEvent, pairs: readonly Accounted[] = []): boolean {
  if (event.event === 'key-created') return false;
  return pairs.some(({ write }) => Math.abs(Date.parse(event.time) - write.at.getTime()) <= RUN_LIVES + TOLERANCE);
}
