import { InvalidArgumentError } from 'commander';

const DATE = /^(\d{4}-\d{2}-\d{2})$/;
const INSTANT = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * Reads an instant that a person typed: a date, which is its midnight in UTC, or ISO 8601 with a zone.
 *
 * @throws InvalidArgumentError that says what was expected
 */
export function instantOf(text: string): Date {
  const day = (DATE.exec(text) ?? INSTANT.exec(text))?.[1];
  const instant = new Date(text);
  // Date takes the 30th of February for the 2nd of March.
  const isThere = day !== undefined && new Date(day).toString() !== 'Invalid Date' && isoDay(day) === day;
  if (!isThere || Number.isNaN(instant.getTime())) {
    throw new InvalidArgumentError('expected a date that exists, in UTC: 2026-01-31, or 2026-01-31T12:00:00Z.');
  }
  return instant;
}

function isoDay(day: string): string {
  return new Date(day).toISOString().slice(0, 10);
}
