import type { ManagedRecord } from '../../../cli/rehearsal/witness/records';
import type { Verdicts } from '../../../cli/rehearsal/witness/verdicts';
import type { AuditEvent } from '../../../functions/core/audit';
import { MINUTE } from '../../../functions/core/duration';
import { isLevel, TAG } from '../../../functions/core/names';
import { MOST_SKEW } from './faults';
import type { SimProcess } from './sim-process';
import type { ReadingWitness } from './witness';

const ASKS = [TAG.rotationAsked, TAG.deliveryAsked, TAG.withdrawn, TAG.compromised, TAG.disableFirst];

/** What operators have asked for, and judges that nothing else is done in their name (K14). */
export class Asks {
  readonly #verdicts: Verdicts;
  readonly #witness: ReadingWitness;
  readonly #now: () => number;
  /** The keys that somebody has seen in a plan, and asked to be rotated. */
  readonly #shown = new Set<string>();
  /** Managed keys that somebody has asked for at the function itself, which takes whatever is current then. */
  readonly #named = new Set<string>();
  readonly #pausedSince = new Map<ManagedRecord, number>();

  constructor(verdicts: Verdicts, witness: ReadingWitness, now: () => number) {
    this.#verdicts = verdicts;
    this.#witness = witness;
    this.#now = now;
  }

  named({ id }: ManagedRecord): void {
    this.#named.add(id);
  }

  /** Somebody says yes to a plan, which is about the key that is current now or was a moment ago. */
  shown(words: readonly string[]): void {
    for (const key of words.join(' ').match(/AKIA\w+/g) ?? ['']) this.#shown.add(key);
  }

  /** A front has written or taken away a tag. */
  changed(managed: ManagedRecord, process: SimProcess): void {
    if (!isLevel(process.function)) return;
    const tags = this.#witness.tags(managed);
    for (const tag of ASKS) {
      // The last one of several is the one that was just said.
      const [key = '', time = ''] = (tags.get(tag) ?? '').split(' ').slice(-2);
      // Of another time somebody else has written it.
      if (Math.abs(Date.parse(time) - this.#now()) > MOST_SKEW + MINUTE) continue;
      this.#verdicts.counted('K14');
      if (!['', 'none'].includes(key) && !this.#shown.has(key))
        this.#verdicts.broken('K14', managed.id, `${process.name} asks for ${key}, of which no plan was shown`);
    }
    const isPaused = tags.has(TAG.paused);
    if (isPaused) this.#pausedSince.set(managed, this.#now());
    else this.#pausedSince.delete(managed);
  }

  /** Whether a run has to leave a key alone, because it began when an operator's pause was there. */
  isHeld(managed: ManagedRecord, process: SimProcess): boolean {
    if (isLevel(process.function)) return false;
    const since = this.#pausedSince.get(managed);
    const tag = this.#witness.tags(managed).get(TAG.paused);
    if (since === undefined || tag === undefined || process.startedAt <= since) return false;
    this.#verdicts.counted('K14');
    return Date.parse(tag.split(' ')[0] ?? '') > this.#now() + MOST_SKEW;
  }

  /** A run says that it has made the key before current because somebody took the newer one back. */
  promoted(managed: ManagedRecord, { reason }: AuditEvent): void {
    if (reason !== 'rolled-back') return;
    this.#verdicts.counted('K14');
    const [taken = ''] = (this.#witness.tags(managed).get(TAG.withdrawn) ?? '').split(' ');
    if (!this.#shown.has(taken))
      this.#verdicts.broken('K14', managed.id, `rolled ${taken} back, which no administrator has asked for`);
  }

  /** A run says that it has rotated a key because somebody asked for it. */
  rotated({ id }: ManagedRecord, { reason, facts }: AuditEvent): void {
    if (reason !== 'requested' || this.#named.has(id)) return;
    this.#verdicts.counted('K14');
    const instead = typeof facts?.supersedes === 'string' ? facts.supersedes : '';
    if (!this.#shown.has(instead)) {
      this.#verdicts.broken('K14', id, `rotated ${instead}, which nobody has asked for, as if somebody had`);
    }
  }
}
