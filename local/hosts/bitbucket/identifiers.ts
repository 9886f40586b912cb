import { randomInt } from 'node:crypto';

/** A number in [0, 1). A seeded one makes a whole run repeatable. */
export type Random = () => number;

export const systemRandom: Random = () => randomInt(2 ** 32) / 2 ** 32;

/** A version 4 UUID in braces, the way Bitbucket writes them. */
export function newUuid(random: Random): string {
  return `{${'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (place) => {
    const digit = Math.floor(random() * 16);
    return (place === 'x' ? digit : (digit & 3) | 8).toString(16);
  })}}`;
}

/** A bearer secret: the prefix that tells what it is, then 32 letters and digits. */
export function newToken(prefix: string, random: Random): string {
  const letters = Array.from({ length: 32 }, () => Math.floor(random() * 36).toString(36));
  return `${prefix}${letters.join('')}`;
}
