import { DAY, HOUR, MINUTE } from '../../functions/core/duration';
import type { ForeseenDocument } from '../documents/foreseen';
import type { AccessKeyDocument } from '../documents/status';

/** Columns of a terminal that every text fits into. */
export const COLUMNS = 80;

export function day(instant: string): string {
  return instant.slice(0, 10);
}

/** `1 key`, `2 keys`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
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
export function deed({ does, accessKeyId, madeAt }: ForeseenDocument): string {
  if (does === 'rotate') return DOES.rotate;
  const which = accessKeyId ?? (madeAt === undefined ? 'the fresh key' : `the key of ${day(madeAt)}`);
  return `${DOES[does]} ${which}`;
}

/** Who uses a key, as far as IAM says it. */
export function usedBy({ lastUsedAt, lastUsedService, usedByOthers }: AccessKeyDocument, now: string): string {
  if (lastUsedAt === undefined) return 'never used';
  const service = lastUsedService === undefined ? '' : ` at ${lastUsedService}`;
  const by = usedByOthers ? ', by its users' : '';
  return `last used ${away(lastUsedAt, now)}${service}${by}`;
}

/** A text in lines of so many columns; a word that is longer than that, such as an ID, is never broken. */
export function wrapped(text: string, indent: string, columns = COLUMNS): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && indent.length + line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => `${indent}${each}`).join('\n');
}
