import { type AuditEvent, attemptOfEvent, eventId, readAuditLine } from '../audit';
import { digestOf } from '../sealed';
import { SealCheck, type TrustedKey } from './check-seal';
import { dayOf, endsOf, type Manifest, manifestOf } from './manifest';

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
interface Proved {
  readonly id: string;
  readonly attempt: string;
  readonly sequence: number;
  readonly time: string;
  readonly digest: string;
  readonly previous: string | undefined;
  readonly place: string;
  readonly isEnd: boolean;
}

interface Written {
  readonly manifest: Manifest;
  readonly id: string;
  readonly attempt: string;
  readonly time: string;
  readonly sequence: number;
  readonly signature: string | undefined;
}

function provedOf(event: AuditEvent, document: unknown, place: string): Proved {
  const { id, sequence, time, seal } = event;
  const attempt = attemptOfEvent(event);
  const isEnd = event.event === 'run-finished';
  return { id, attempt, sequence, time, digest: digestOf(document), previous: seal?.previous, place, isEnd };
}

/** Checks all lines of an archive, in whatever order they come, offline. */
export class ArchiveCheck {
  readonly #check: SealCheck;
  readonly #problems: Problem[] = [];
  readonly #events = new Map<string, Proved>();
  readonly #manifests: Written[] = [];
  readonly #unsealed: { readonly time: string; readonly place: string }[] = [];
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

  verified(): Verified {
    const attempts = this.#attempts();
    const before = this.#withoutSeal();
    for (const events of attempts.values()) this.#chain(events);
    const manifests = this.#manifests.sort(
      (a, b) => Date.parse(a.time) - Date.parse(b.time) || a.sequence - b.sequence,
    );
    this.#named(manifests, attempts);
    const named = new Set(manifests.flatMap(({ manifest }) => endsOf(manifest).map(({ attempt }) => attempt)));
    const days = [...new Set([...this.#events.values()].map(({ time }) => time.slice(0, 10)))].sort();
    this.#days(days, new Set(manifests.map(({ manifest }) => manifest.day)), attempts);
    const [first, last] = [days[0], days.at(-1)];
    return {
      events: this.#events.size,
      attempts: attempts.size,
      days:
        first === undefined || last === undefined
          ? undefined
          : { first, last, withManifest: new Set(manifests.map(({ manifest }) => manifest.day)).size },
      before,
      repeated: this.#repeated,
      unfinished: [...attempts].filter(([, events]) => !hasEnd(events)).map(([attempt]) => attempt),
      unnamed: [...attempts.keys()].filter((attempt) => !named.has(attempt)),
      problems: this.#problems,
    };
  }

  #is(code: ProblemCode, at: string): void {
    this.#problems.push({ code, at });
  }

  /** The events of each attempt, in order. */
  #attempts(): ReadonlyMap<string, readonly Proved[]> {
    const attempts = new Map<string, Proved[]>();
    for (const proved of this.#events.values()) {
      const others = attempts.get(proved.attempt);
      if (others === undefined) attempts.set(proved.attempt, [proved]);
      else others.push(proved);
    }
    for (const events of attempts.values()) events.sort((a, b) => a.sequence - b.sequence);
    return attempts;
  }

  /** @returns how many are from before the first seal; those after it are told */
  #withoutSeal(): number {
    const sealedSince = [...this.#events.values()].reduce<string | undefined>(
      (least, { time }) => (least === undefined || time < least ? time : least),
      undefined,
    );
    const late = this.#unsealed.filter(({ time }) => sealedSince !== undefined && time >= sealedSince);
    for (const { place } of late) this.#is('unsealed', place);
    return this.#unsealed.length - late.length;
  }

  #chain(events: readonly Proved[]): void {
    let before: Proved | undefined;
    for (const one of events) {
      const last = before?.sequence ?? 0;
      for (let missing = last + 1; missing < one.sequence; missing++)
        this.#is('missing-event', eventId(one.attempt, missing));
      if (one.sequence === last + 1 && one.previous !== before?.digest) this.#is('broken-chain', one.place);
      before = one;
    }
  }

  /** What manifests name is there, and each run that wrote some names the last one of the run before. */
  #named(written: readonly Written[], attempts: ReadonlyMap<string, readonly Proved[]>): void {
    let before: Written | undefined;
    for (const one of written) {
      const { manifest } = one;
      if (before !== undefined && before.attempt !== one.attempt && manifest.previous !== before.signature) {
        this.#is('broken-manifests', one.id);
      }
      before = one;
      for (const { attempt, events, digest } of endsOf(manifest)) {
        const last = attempts.get(attempt)?.find(({ sequence }) => sequence === events);
        if (last?.digest !== digest) this.#is('missing-attempt', `${manifest.day}: ${attempt}`);
      }
    }
    for (const [day, parts] of partsOf(written)) if (parts.missing > 0) this.#is('missing-manifest', day);
  }

  #days(
    days: readonly string[],
    withManifest: ReadonlySet<string>,
    attempts: ReadonlyMap<string, readonly Proved[]>,
  ): void {
    const [first, last] = [days[0], days.at(-1)];
    if (first === undefined || last === undefined) return;
    const there = new Set(days);
    const begun = new Set([...attempts.values()].flatMap(([start]) => (start ? [start.time.slice(0, 10)] : [])));
    const lastSealed = [...withManifest].sort().at(-1);
    for (let at = Date.parse(first); at <= Date.parse(last); at += 86_400_000) {
      const day = dayOf(at);
      if (!there.has(day)) this.#is('missing-day', day);
      const isDue = lastSealed !== undefined && day < lastSealed && day > first;
      if (isDue && begun.has(day) && !withManifest.has(day)) this.#is('missing-manifest', day);
    }
  }
}

/** How many parts of each day's manifest are missing. */
function partsOf(written: readonly Written[]): ReadonlyMap<string, { readonly missing: number }> {
  const days = new Map<string, { readonly parts: number; readonly there: Set<number> }>();
  for (const { manifest } of written) {
    const day = days.get(manifest.day) ?? { parts: manifest.parts, there: new Set() };
    day.there.add(manifest.part);
    days.set(manifest.day, day);
  }
  return new Map([...days].map(([day, { parts, there }]) => [day, { missing: parts - there.size }]));
}

function hasEnd(events: readonly Proved[]): boolean {
  return events.some(({ isEnd }) => isEnd);
}
