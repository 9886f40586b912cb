import { InvalidArgumentError } from 'commander';

/** An option that is a count. @throws InvalidArgumentError */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('expected a whole number, at least 1.');
  return Number(text);
}

/** An option that is a port; 0 for a free one. @throws InvalidArgumentError */
export function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError('expected a port, 0 to 65535.');
  return port;
}
