/** Numbers in [0, 1): `Math.random`, or a seeded stream with the same shape. */
export type Random = () => number;

/**
 * A small seeded generator (mulberry32). Equal seeds give equal streams on every machine. Give each purpose a seed of
 * its own (`${seed}/latency`), so that one more draw for one purpose does not change the others.
 */
export function seededRandom(seed: number | string): Random {
  let state = typeof seed === 'number' ? seed >>> 0 : hash(seed);
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A version 4 UUID from a stream. */
export function randomUuid(random: Random): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(random() * 16));
  digits[12] = 4;
  digits[16] = ((digits[16] ?? 0) & 3) | 8;
  const hex = digits.map((digit) => digit.toString(16)).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** FNV-1a, 32 bits, with a final mix so that seeds which differ in one letter start far apart. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text, 'utf8')) value = Math.imul(value ^ byte, 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}

/** Whole numbers, spread evenly from one bound to the other. */
export function wholeBetween(random: Random, least: number, most: number): () => number {
  return () => least + Math.floor(random() * (most - least + 1));
}
