import { DAY, HOUR, MINUTE } from '../../functions/core/duration';
import type { ForeseenDocument } from '../documents/foreseen';
import type { AccessKeyDocument } from '../documents/status';
import { counted } from './wrapped';

export function day(instant: string): string {
  return instant.slice(0, 10);
}

/** How far away an instant is, roughly: `today`, `in 3 days`, `5 hours ago`. */
export function away(instant: string, now: string): string {
  const ahead = Date.parse(instant) - Date.parse(now);
  const size = Math.abs(ahead);
  const far =
    size >= DAY
      ? counted(Math.floor(size / DAY), 'day')
      : size >= HOUR
        ? counted(Math.floor(size / HOUR), 'hour')
        : counted(Math.floor(size / MINUTE), 'minute');
  if (size < MINUTE) return 'now';
  return ahead > 0 ? `in ${far}` : `${far} ago`;
}

const DOES: Readonly<Record<ForeseenDocument['does'], string>> = {
  rotate: 'rotate',
  promote: 'make current',
  deliver: 'deliver',
  deactivate: 'deactivate',
  delete: 'delete',
};

/** `rotate`, `deactivate AKIA…`, `delete the key of 2027-02-01`. */
export function deed({ does, accessKeyId, madeAt, observed }: ForeseenDocument): string {
  const would = observed ? 'would ' : '';
  if (does === 'rotate') return `${would}${DOES.rotate}`;
  const which = accessKeyId ?? (madeAt === undefined ? 'the fresh key' : `the key of ${day(madeAt)}`);
  return `${would}${DOES[does]} ${which}`;
}

/** Who uses a key, as far as IAM says it. */
export function usedBy({ lastUsedAt, lastUsedService, usedByOthers }: AccessKeyDocument, now: string): string {
  if (lastUsedAt === undefined) return 'never used';
  const service = lastUsedService === undefined ? '' : ` at ${lastUsedService}`;
  const by = usedByOthers ? ', by its users' : '';
  return `last used ${away(lastUsedAt, now)}${service}${by}`;
}
