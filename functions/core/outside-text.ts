import { clipped, oneLine } from './one-line';

/** Characters of a name or of a few words; UTF-8 takes three bytes for each at most. */
export const LONGEST = 200;
/** UTF-16 units that are looked at for each that may stay: a text of megabytes is not cleaned to its end. */
const LOOKED_AT = 8;

/**
 * What somebody outside has written, fit to be shown: on one line, in the direction of ours, and no longer than so many
 * characters and so many bytes. Every text from a host, a tag, a parameter, an event or an error of AWS goes through this
 * where it enters. Doing it again changes nothing.
 *
 * @param characters UTF-16 units. @default 200
 * @param bytes in UTF-8. @default three for each character
 */
export function cleaned(text: string, characters = LONGEST, bytes = 3 * characters): string {
  const line = oneLine(text.slice(0, LOOKED_AT * characters)).trim();
  const short = clipped(text.length > LOOKED_AT * characters ? `${line}...` : line, characters);
  return Buffer.byteLength(short) <= bytes ? short : clipped(short, Math.floor(bytes / 3));
}
