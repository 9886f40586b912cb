import { type AuditEvent, attemptOfEvent, eventId, readAuditLine } from '../audit';
import { digestOf } from '../sealed';
import { SealCheck, type TrustedKey } from './check-seal';
import { judgeArchive } from './judge-archive';
import { type Manifest, manifestOf } from './manifest';

/** A line of an archive. */
export interface ArchivedLine {
  readonly text: string;
  /** Where it stands, for people: file and line. */
  readonly place: string;
  /** The day (UTC) of the folder that it stands in. @default - it is in no such folder */
  readonly day?: string | undefined;
}

/** What is wrong with an archive. Each code's meaning never changes. */
export const PROBLEM_CODES = [
  /** A line is no event. */
  'not-an-event',
  /** A newer version of Keyturn wrote it. */
  'newer-schema',
  /** An event has no seal although an earlier one has. */
  'unsealed',
  /** A key that was not given has sealed it. */
  'other-key',
  /** The seal is of another text. */
  'false-seal',
  /** The ID is not made of attempt and number. */
  'wrong-id',
  /** It stands in the folder of another day. */
  'wrong-day',
  /** Two events have one ID. */
  'conflicting-id',
  /** An event of an attempt is missing. */
  'missing-event',
  /** It does not follow the event before it. */
  'broken-chain',
  /** A manifest names an attempt, or its end, and the archive has another one or none. */
  'missing-attempt',
  /** A day has events and no manifest, or a part of its manifest is missing. */
  'missing-manifest',
  /** A manifest names another one before it than the archive has. */
  'broken-manifests',
  /** Between the first and the last day one has no event at all. */
  'missing-day',
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

export interface Problem {
  readonly code: ProblemCode;
  /** File and line, event, attempt or day. */
  readonly at: string;
}

/** What a check of an archive shows. */
export interface Verified {
  /** Events that are proved; each counts once. */
  readonly events: number;
  readonly attempts: number;
  /** First and last day with a proved event. */
  readonly days: { readonly first: string; readonly last: string; readonly withManifest: number } | undefined;
  /** Events from before the functions sealed: nothing proves them. */
  readonly before: number;
  /** Lines that are there more than once, which a repeated request does. */
  readonly repeated: number;
  /** Attempts that did not come to their end: their function died, or the archive has not got all of them yet. */
  readonly unfinished: readonly string[];
  /** Attempts that no manifest names: of the days since the last one, or recorded after it was written. */
  readonly unnamed: readonly string[];
  readonly problems: readonly Problem[];
}

/** What is kept of a proved event: an archive of years has millions. */
export interface Proved {
  readonly id: string;
  readonly attempt: string;
  readonly sequence: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly digest: string;
  readonly previous: string | undefined;
  readonly place: string;
  readonly isEnd: boolean;
}

/** A manifest and the event that tells it. */
export interface Written extends Proved {
  readonly manifest: Manifest;
  readonly signature: string | undefined;
}

/** An event without a seal: nobody can prove who wrote it. */
export interface Unsealed {
  readonly time: string;
  readonly place: string;
}

/** Checks all lines of an archive, in whatever order they come, offline. */
export class ArchiveCheck {
  readonly #check: SealCheck;
  readonly #problems: Problem[] = [];
  readonly #events = new Map<string, Proved>();
  readonly #manifests: Written[] = [];
  readonly #unsealed: Unsealed[] = [];
  #repeated = 0;

  /** @param trusted the keys whose seals count */
  constructor(trusted: readonly TrustedKey[]) {
    this.#check = new SealCheck(trusted);
  }

  add({ text, place, day }: ArchivedLine): void {
    const read = readAuditLine(text);
    if (!('event' in read)) {
      this.#is(read.unreadable, place);
      return;
    }
    const { event, document } = read;
    const verdict = this.#check.verdictOf(document);
    if (verdict === 'unsealed') {
      this.#unsealed.push({ time: event.time, place });
      return;
    }
    const isNamed = event.id === eventId(attemptOfEvent(event), event.sequence);
    const wrong = verdict === 'sealed' ? (isNamed ? undefined : 'wrong-id') : verdict;
    if (wrong !== undefined) {
      this.#is(wrong, place);
      return;
    }
    if (day !== undefined && day !== event.time.slice(0, 10)) this.#is('wrong-day', place);
    this.#keep(event, provedOf(event, document, place));
  }

  verified(): Verified {
    const { problems, ...judged } = judgeArchive({
      events: [...this.#events.values()],
      manifests: this.#manifests,
      unsealed: this.#unsealed,
    });
    return { ...judged, repeated: this.#repeated, problems: [...this.#problems, ...problems] };
  }

  #is(code: ProblemCode, at: string): void {
    this.#problems.push({ code, at });
  }

  #keep(event: AuditEvent, proved: Proved): void {
    const known = this.#events.get(proved.id);
    if (known !== undefined) {
      if (known.digest === proved.digest) this.#repeated += 1;
      else this.#is('conflicting-id', proved.place);
      return;
    }
    this.#events.set(proved.id, proved);
    const manifest = manifestOf(event);
    if (manifest !== undefined) this.#manifests.push({ ...proved, manifest, signature: event.seal?.signature });
  }
}

function provedOf(event: AuditEvent, document: unknown, place: string): Proved {
  const { id, sequence, time, seal } = event;
  const attempt = attemptOfEvent(event);
  const isEnd = event.event === 'run-finished';
  return { id, attempt, sequence, time, digest: digestOf(document), previous: seal?.previous, place, isEnd };
}
