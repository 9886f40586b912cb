import { type AuditEvent, attemptOfEvent, eventId, startOf } from '../audit';
import { after, HOUR, MINUTE } from '../duration';
import { type Attributed, dayOf, endsOf, manifestOf, wholeManifests } from './manifest';

/** What a manifest and the record say otherwise. */
export interface ManifestMismatch {
  /**
   * `other-end`: the manifest names an attempt, or an end of it, that the record does not have. `not-named`: the record has
   * an attempt that the whole manifest of its day does not name, though it was there when that was written.
   */
  readonly why: 'other-end' | 'not-named';
  /** UTC date of the manifest. */
  readonly day: string;
  readonly attempt: string;
}

/** What is kept of the first event of an attempt. */
interface Begun {
  readonly day: string;
  /** When the record took it, ms since the epoch. */
  readonly takenAt: number;
  /** ARN of the KMS key behind its seal. */
  readonly key: string;
}

interface Written extends Attributed {
  readonly at: number;
  readonly key: string;
}

/** How late a line may be read that the record has taken already. */
const READ_WITHIN = 10 * MINUTE;
/** A function lives for a quarter of an hour, so that what comes much later is none of its words. */
const TAKEN_WITHIN = HOUR;
/** The record forgets its oldest lines while it is read. */
const FORGETS = HOUR;

/** Compares manifests with the record that they are about. Only what is sealed counts. */
export class ManifestComparison {
  readonly #begun = new Map<string, Begun>();
  readonly #written: Written[] = [];

  /** @param takenAt when the record took the line, ms since the epoch */
  add(event: AuditEvent, takenAt: number): void {
    const key = event.seal?.certificate.key;
    if (key === undefined) return;
    const attempt = attemptOfEvent(event);
    const at = Date.parse(event.time);
    if (event.sequence === 1) this.#begun.set(attempt, { day: dayOf(at), takenAt, key });
    const manifest = event.function === 'delete' ? manifestOf(event) : undefined;
    if (manifest !== undefined) this.#written.push({ manifest, attempt, at, key });
  }

  /**
   * @param beginsAt before this instant the record holds nothing
   * @param has whether the record has an event with this ID and this digest
   */
  mismatches(beginsAt: Date, has: (id: string, digest: string) => boolean): readonly ManifestMismatch[] {
    const from = after(beginsAt, FORGETS).getTime();
    const others = this.#written.flatMap(({ manifest }) =>
      endsOf(manifest)
        .filter(({ attempt, events, digest }) => !(startOf(attempt) < from) && !has(eventId(attempt, events), digest))
        .map(({ attempt }): ManifestMismatch => ({ why: 'other-end', day: manifest.day, attempt })),
    );
    return [...others, ...this.#notNamed()];
  }

  #notNamed(): readonly ManifestMismatch[] {
    const named = new Set(this.#written.flatMap(({ manifest }) => endsOf(manifest).map(({ attempt }) => attempt)));
    const whole = this.#wholeByDay();
    return [...this.#begun].flatMap(([attempt, { day, takenAt, key }]) => {
      const manifest = whole.get(day);
      // Before a deployment with another key, the functions could not know what the one before had sealed.
      if (manifest === undefined || named.has(attempt) || manifest.key !== key) return [];
      const wasThere = takenAt + READ_WITHIN < manifest.at;
      const isTooLate = takenAt > startOf(attempt) + TAKEN_WITHIN;
      return wasThere || isTooLate ? [{ why: 'not-named' as const, day, attempt }] : [];
    });
  }

  /** The whole manifest of each day; of several the first. */
  #wholeByDay(): ReadonlyMap<string, Written> {
    const lastFirst = wholeManifests(this.#written).toSorted((a, b) => b.at - a.at);
    return new Map(lastFirst.map((written) => [written.manifest.day, written]));
  }
}
