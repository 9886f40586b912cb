import * as z from 'zod';
import { asked, awsStart } from '../core/config/asked';
import { KeyturnError } from '../core/errors';
import type { Period } from './evidence/gather-evidence';

/** A calendar month in UTC. */
export interface Month extends Period {
  /** `yyyy-mm` */
  readonly name: string;
}

const FORM = '{"month": "2026-04"}, or {} for the month before';
/** What a person may hand to the report function to have a month's report made again. */
const requestSchema = z.strictObject({ month: z.string('expected a text such as 2026-04').optional() });

/**
 * The month that a report is about: the one that the event asks for, and otherwise the one before.
 *
 * @throws KeyturnError `invalid-request` for a month that is none, or that has not ended, and for an event of another form
 */
export function monthOf(event: unknown, now: Date): Month {
  const request = awsStart(event) === undefined ? asked(requestSchema, event, FORM) : {};
  const { month: name = monthBefore(now) } = request;
  const [, year, month] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(name) ?? [];
  if (year === undefined || month === undefined) {
    throw new KeyturnError(
      'invalid-request',
      `month: expected a month such as 2026-04, found ${JSON.stringify(name)}.`,
    );
  }
  const since = new Date(Date.UTC(Number(year), Number(month) - 1));
  const until = new Date(Date.UTC(Number(year), Number(month)));
  if (until > now) {
    throw new KeyturnError(
      'invalid-request',
      `month: ${name} has not ended yet; expected ${monthBefore(now)} or earlier.`,
    );
  }
  return { name, since, until };
}

function monthBefore(now: Date): string {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1)).toISOString().slice(0, 7);
}
