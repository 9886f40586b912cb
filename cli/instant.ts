import { InvalidArgumentError } from 'commander';
import { INSTANT_FORM, writtenInstant } from '../functions/core/written-instant';

/**
 * Reads an instant that a person typed; a date is its midnight in UTC.
 *
 * @throws InvalidArgumentError that says what was expected
 */
export function instantOf(text: string): Date {
  const written = writtenInstant(text.trim());
  if (written === undefined) throw new InvalidArgumentError(`expected ${INSTANT_FORM}, that exists.`);
  return written.at;
}
