import type { ManagedRecord } from '../../../cli/rehearsal/witness/records';
import { HOUR } from '../../../functions/core/duration';
import type { Loop } from './loop';

/** The world, as far as a deed and its end change it. */
interface Disturbed {
  wrote(key: string | undefined): void;
  readonly loop: Loop;
  now(): number;
  note(key: string | undefined, text: string): void;
  disturb(key: string | undefined): void;
  countStrike(fault: string): void;
}

/** What is wrong for a while and is put right at an instant; until then it is the excuse of the keys that it concerns. */
export class Restores {
  readonly #world: Disturbed;
  readonly #open = new Map<() => void, ManagedRecord | undefined>();

  constructor(world: Disturbed) {
    this.#world = world;
  }

  /** Whether something of this key, or of all keys, is still wrong. */
  isOpen(managed: ManagedRecord): boolean {
    for (const about of this.#open.values()) if (about === undefined || about === managed) return true;
    return false;
  }

  /** Undoes something at an instant, or when everything is put right. @param managed whom it concerns; all when undefined */
  until(at: number, managed: ManagedRecord | undefined, undo: () => void): void {
    const instant = Math.ceil(at);
    const once = () => {
      if (!this.#open.delete(once)) return;
      undo();
      this.#world.wrote(managed?.id);
      this.disturb(managed);
    };
    this.#open.set(once, managed);
    const remind = () => {
      if (!this.#open.has(once)) return false;
      this.disturb(managed);
      if (this.#world.now() >= instant) once();
      else this.#world.loop.at(Math.min(instant, this.#world.now() + 12 * HOUR), remind);
      return undefined;
    };
    remind();
  }

  /** Something begins to be wrong, or has changed. */
  begin(fault: string, managed: ManagedRecord | undefined, what: string): void {
    this.#world.countStrike(fault);
    this.#world.note(managed?.id, what);
    this.#world.wrote(managed?.id);
    this.disturb(managed);
  }

  disturb(managed: ManagedRecord | undefined): void {
    this.#world.disturb(managed?.id);
    if (managed !== undefined) managed.touchedAt = this.#world.now();
  }

  /** Puts everything right that is still wrong. */
  all(): void {
    for (const restore of [...this.#open.keys()]) restore();
  }
}
