import { MINUTE } from './duration';

/** An instant as a person wrote it. */
export interface WrittenInstant {
  readonly at: Date;
  /** A date alone: the first instant of its day in UTC. */
  readonly isDay: boolean;
}

const DAY = /(?<year>\d{4})(?<dash>-?)(?<month>\d\d)\k<dash>(?<date>\d\d)/;
const TIME = /(?<hour>\d\d)(?:(?<colon>:?)(?<minute>\d\d)(?:\k<colon>(?<second>\d\d)(?:[.,](?<fraction>\d{1,9}))?)?)?/;
/** `Z`, `+02:00`, `+0200` or `+02`; people put a space before it. */
const ZONE = / ?(?:Z|(?<sign>[+-])(?<zoneHours>[01]\d|2[0-3])(?::?(?<zoneMinutes>[0-5]\d))?)/;
const INSTANT = new RegExp(`^${DAY.source}(?:[T ]${TIME.source}${ZONE.source})?$`, 'i');

/** What to write, for whoever has to write it again. */
export const INSTANT_FORM = 'a date such as 2027-03-01, or a date-time with its zone such as 2027-03-01T12:00:00Z';

/**
 * Reads an instant in any usual spelling of ISO 8601: a calendar date alone, or with a time and its zone; in the extended
 * or the basic form, `T` or a space between the two, a fraction after a point or a comma.
 *
 * @returns undefined for another form, such as the date of a week; for a time without a zone, because nobody can tell
 *   whose hour it is; and for what is in no calendar, such as the 30th of February
 */
export function writtenInstant(text: string): WrittenInstant | undefined {
  const parts = INSTANT.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const { year, month, date, hour = '00', minute = '00', second = '00', fraction = '' } = parts;
  const day = `${year}-${month}-${date}`;
  const midnight = new Date(day);
  const there = new Date(`${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`);
  // Date takes the 30th of February for the 2nd of March.
  if (Number.isNaN(there.getTime()) || !midnight.toISOString().startsWith(day)) return undefined;
  return { at: new Date(there.getTime() - aheadOfUtc(parts)), isDay: parts.hour === undefined };
}

/** Milliseconds by which a zone's clocks are ahead of UTC. */
function aheadOfUtc({ sign, zoneHours, zoneMinutes }: Readonly<Record<string, string | undefined>>): number {
  const ahead = (Number(zoneHours ?? 0) * 60 + Number(zoneMinutes ?? 0)) * MINUTE;
  return sign === '-' ? -ahead : ahead;
}
