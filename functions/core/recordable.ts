import type { AuditEvent } from './audit';
import { cleaned } from './outside-text';

/**
 * Bytes of one event as JSON. CloudWatch Logs takes an event of 1 MB, EventBridge an entry of 1 MB (256 KB before 2026),
 * a queue or a topic behind a rule 256 KB: a quarter of the least is left for what they wrap it in.
 */
export const MOST_EVENT_BYTES = 64 * 1_024;

/** What may stay of an event: characters of a text, and things of a list. */
interface Limits {
  readonly characters: number;
  readonly items: number;
}

/** The first that brings an event to its size. */
const LIMITS: readonly Limits[] = [
  { characters: 8_000, items: 1_000 },
  { characters: 2_000, items: 200 },
  { characters: 500, items: 50 },
  { characters: 100, items: 10 },
];
/** Things in things: facts are flatter. */
const DEEPEST = 8;

/**
 * An event that every place takes that events go to: its texts are clean, and it is no longer than they allow. What had
 * to be shortened says so in `shortened`; nothing that an event holds can keep it, or another one, out of the record (K7).
 */
export function recordable(event: AuditEvent): AuditEvent {
  // As it will be written: without what is undefined, dates as texts.
  const plain: unknown = JSON.parse(JSON.stringify(event));
  for (const limits of LIMITS) {
    const shortener = new Shortener(limits);
    const short = shortener.shortOf(plain) as AuditEvent;
    const whole = shortener.isShort ? { ...short, shortened: sizeOf(event) } : short;
    if (sizeOf(whole) <= MOST_EVENT_BYTES) return whole;
  }
  const { facts: _left, ...others } = event;
  return { ...recordable(others), shortened: sizeOf(event) };
}

function sizeOf(event: AuditEvent): number {
  return Buffer.byteLength(JSON.stringify(event));
}

/** Cleans all texts of a JSON value, names too, and remembers whether anything had to go. */
class Shortener {
  isShort = false;

  constructor(private readonly limits: Limits) {}

  shortOf(value: unknown, depth = 0): unknown {
    if (typeof value === 'string') return this.#text(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth === DEEPEST) {
      this.isShort = true;
      return null;
    }
    if (Array.isArray(value)) return this.#some(value).map((item) => this.shortOf(item, depth + 1));
    // What an event is made of stays; what its facts are made of may be too much.
    const entries = depth === 0 ? Object.entries(value) : this.#some(Object.entries(value));
    return Object.fromEntries(entries.map(([name, item]) => [this.#text(name), this.shortOf(item, depth + 1)]));
  }

  #text(text: string): string {
    const { characters } = this.limits;
    if (text.length > characters) this.isShort = true;
    return cleaned(text, characters);
  }

  #some<Item>(items: readonly Item[]): readonly Item[] {
    if (items.length > this.limits.items) this.isShort = true;
    return items.slice(0, this.limits.items);
  }
}
