import { InvalidArgumentError } from 'commander';

/** An option that is a count. @throws InvalidArgumentError */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('expected a whole number, at least 1.');
  return Number(text);
}
