import { eventId, startOf } from '../audit';
import { DAY } from '../duration';
import { dayOf, endsOf, type Manifest, SEALED_WITHIN } from './manifest';

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
  /** ARN of the KMS key behind it. */
  readonly key: string | undefined;
}

/** An event without a seal: nobody can prove who wrote it. */
export interface Unsealed {
  readonly time: string;
  readonly place: string;
}

interface Archive {
  readonly events: readonly Proved[];
  readonly manifests: readonly Written[];
  readonly unsealed: readonly Unsealed[];
}

type Attempts = ReadonlyMap<string, readonly Proved[]>;

/** What the proved events of an archive show together: what is missing, what was replaced, and what nobody can tell. */
export function judgeArchive({ events, manifests: all, unsealed }: Archive): Omit<Verified, 'repeated'> {
  const attempts = attemptsOf(events);
  const manifests = [...all].sort((a, b) => Date.parse(a.time) - Date.parse(b.time) || a.sequence - b.sequence);
  const days = [...new Set(events.map(({ time }) => dayOf(Date.parse(time))))].sort();
  const [first = '', last = ''] = [days[0], days.at(-1)];
  const begins = events.reduce((least, { time }) => Math.min(least, Date.parse(time)), Number.POSITIVE_INFINITY);
  const late = unsealed.filter(({ time }) => Date.parse(time) >= begins + SEALED_WITHIN);
  const named = new Set(manifests.flatMap(({ manifest }) => endsOf(manifest).map(({ attempt }) => attempt)));
  const withManifest = new Set(manifests.map(({ manifest }) => manifest.day).filter((day) => day >= first));
  return {
    events: events.length,
    attempts: attempts.size,
    days: days.length === 0 ? undefined : { first, last, withManifest: withManifest.size },
    before: unsealed.length - late.length,
    unfinished: [...attempts].filter(([, some]) => !some.some(({ isEnd }) => isEnd)).map(([attempt]) => attempt),
    unnamed: [...attempts.keys()].filter((attempt) => !named.has(attempt)),
    problems: [
      ...late.map(({ place }): Problem => ({ code: 'unsealed', at: place })),
      ...[...attempts.values()].flatMap((some) => brokenChain(some, begins)),
      ...brokenManifests(manifests, unsealed.length > late.length),
      ...missingAttempts(manifests, attempts, begins),
      ...missingManifests(manifests, attempts, first),
      ...missingDays(days),
    ],
  };
}

/** The events of each attempt, in order. */
function attemptsOf(events: readonly Proved[]): Attempts {
  const attempts = new Map<string, Proved[]>();
  for (const event of events) {
    const others = attempts.get(event.attempt);
    if (others === undefined) attempts.set(event.attempt, [event]);
    else others.push(event);
  }
  for (const some of attempts.values()) some.sort((a, b) => a.sequence - b.sequence);
  return attempts;
}

/** @param begins the first instant of the archive: an attempt from before it has its head in what is kept elsewhere */
function brokenChain(events: readonly Proved[], begins: number): readonly Problem[] {
  const problems: Problem[] = [];
  const beginsBefore = startOf(events[0]?.attempt ?? '') < begins;
  let before: Proved | undefined;
  for (const one of events) {
    const last = before?.sequence ?? (beginsBefore ? one.sequence - 1 : 0);
    for (let missing = last + 1; missing < one.sequence; missing++) {
      problems.push({ code: 'missing-event', at: eventId(one.attempt, missing) });
    }
    const follows = one.sequence === 1 || (before !== undefined && one.sequence === last + 1);
    if (follows && one.previous !== before?.digest) problems.push({ code: 'broken-chain', at: one.place });
    before = one;
  }
  return problems;
}

/**
 * Each run that wrote manifests names the last one that it saw. Another run may have sealed the same day at the same time:
 * what stands between the two is about days that this one sealed too. A deployment with a new key begins anew.
 *
 * @param hasUnsealed events from before the seal are there, so that the first manifest of all is too
 */
function brokenManifests(manifests: readonly Written[], hasUnsealed: boolean): readonly Problem[] {
  return [...new Set(manifests.map(({ attempt }) => attempt))].flatMap((attempt): readonly Problem[] => {
    const at = manifests.findIndex((one) => one.attempt === attempt);
    const own = manifests.filter((one) => one.attempt === attempt);
    const before = manifests.slice(0, at);
    const [first] = own;
    if (first === undefined || (before.length === 0 && !hasUnsealed)) return [];
    const { previous } = first.manifest;
    const beginsAnew = previous === undefined && before.every(({ key }) => key !== first.key);
    const named = before.findIndex(({ signature }) => signature === previous);
    const days = new Set(own.map(({ manifest }) => manifest.day));
    const follows =
      (previous === undefined || named >= 0) && before.slice(named + 1).every(({ manifest }) => days.has(manifest.day));
    return beginsAnew || follows ? [] : [{ code: 'broken-manifests', at: first.id }];
  });
}

/** What the manifests name is there as they name it. */
function missingAttempts(manifests: readonly Written[], attempts: Attempts, begins: number): readonly Problem[] {
  return manifests
    .filter(({ manifest }) => Date.parse(manifest.day) + DAY > begins)
    .flatMap(({ manifest }) =>
      endsOf(manifest)
        // What began before the archive does is kept elsewhere, or nowhere.
        .filter(({ attempt }) => !(startOf(attempt) < begins))
        .filter(({ attempt, events, digest }) => {
          const last = attempts.get(attempt)?.find(({ sequence }) => sequence === events);
          return last?.digest !== digest;
        })
        .map(({ attempt }): Problem => ({ code: 'missing-attempt', at: `${attempt} (${manifest.day})` })),
    );
}

/** Days before the last one with a manifest that have none, or a part of it. */
function missingManifests(manifests: readonly Written[], attempts: Attempts, first: string): readonly Problem[] {
  const parts = new Map<string, Set<number>>();
  const wanted = new Map<string, number>();
  for (const { manifest } of manifests) {
    parts.set(manifest.day, (parts.get(manifest.day) ?? new Set()).add(manifest.part));
    wanted.set(manifest.day, manifest.parts);
  }
  const last = [...wanted.keys()].sort().at(-1) ?? '';
  const earliest = [...wanted.keys()].sort()[0] ?? '';
  const begun = new Set(
    [...attempts.values()].flatMap(([start]) => (start?.sequence === 1 ? [dayOf(Date.parse(start.time))] : [])),
  );
  // The first day of an archive may be one on which nothing was sealed yet.
  const due = [...new Set([...wanted.keys(), ...begun])].filter((day) => day > first && day > earliest && day <= last);
  return [...new Set([...due, ...wanted.keys()])]
    .filter((day) => day >= first && (parts.get(day)?.size ?? 0) < (wanted.get(day) ?? 1))
    .sort()
    .map((day) => ({ code: 'missing-manifest', at: day }));
}

/** A function runs every hour, so that no day is empty. */
function missingDays(days: readonly string[]): readonly Problem[] {
  const there = new Set(days);
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return [];
  const all = Array.from({ length: (Date.parse(last) - Date.parse(first)) / DAY }, (_, at) =>
    dayOf(Date.parse(first) + at * DAY),
  );
  return all.filter((day) => !there.has(day)).map((day) => ({ code: 'missing-day', at: day }));
}
