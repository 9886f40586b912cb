import type { TrailWrite } from '../evidence/evidence';
import { principalOf } from './principals';
import { RUN_LIVES } from './time-bounds';

/**
 * Whether a write only repeats another one of the same action. Secrets Manager takes the same version with the same value
 * again and makes none of it, and refuses it with another value, so a version that CloudTrail has twice was stored once,
 * whoever asked. An SDK that got no answer makes a key Inactive once more.
 */
export function isRepetition(write: TrailWrite, original: TrailWrite): boolean {
  if (write.action === 'PutSecretValue') return true;
  const apart = Math.abs(write.at.getTime() - original.at.getTime());
  return write.action === 'UpdateAccessKey' && principalOf(write) === principalOf(original) && apart <= RUN_LIVES;
}
