import { startOf } from '../audit';
import { DAY } from '../duration';
import { type Deployment, gapsOf, isBetween, isLastOf, silentOf } from './deployments';
import { judgeClaims, type Unproved } from './judge-claims';
import type { KeptAttempt } from './kept-attempt';
import { type AttemptEnd, type Attributed, dayOf, endsOf, wholeManifests } from './manifest';
import type { Problem, Verified } from './verified';

/** A manifest and the event that tells it. */
export interface Written extends Attributed {
  readonly id: string;
  readonly sequence: number;
  /** ms since the epoch. */
  readonly time: number;
  readonly signature: string | undefined;
  /** ARN of the KMS key behind it. */
  readonly sealedBy: string | undefined;
}

export interface Archive {
  readonly attempts: ReadonlyMap<string, KeptAttempt>;
  readonly manifests: readonly Written[];
  /** Days (UTC) with a proved event. */
  readonly days: ReadonlySet<string>;
  /** Those of them with one of a function that runs by itself. */
  readonly runDays: ReadonlySet<string>;
  /** The first instant with a proved event, ms since the epoch: what began before is kept elsewhere. */
  readonly begins: number;
  readonly deployments: readonly Deployment[];
  readonly unproved: readonly Unproved[];
}

type Judged = Omit<Verified, 'events' | 'attempts' | 'repeated'>;

/** What the proved events of an archive show together: what is missing, what was replaced, and what nobody can tell. */
export function judgeArchive({
  attempts,
  manifests: all,
  days,
  runDays,
  begins,
  deployments,
  unproved,
}: Archive): Judged {
  const manifests = [...all].sort((a, b) => a.time - b.time || a.sequence - b.sequence);
  const gaps = gapsOf(deployments, manifests);
  const inOrder = [...days].sort();
  const [first = '', last = ''] = [inOrder[0], inOrder.at(-1)];
  const whole = wholeManifests(manifests);
  const named = endsByAttempt(manifests);
  const namedWhole = endsByAttempt(whole);
  const sealedDays = new Set(whole.map(({ manifest, sealedBy }) => `${manifest.day} ${sealedBy}`));
  const isDue = ({ begun, sealedBy }: KeptAttempt) =>
    begun !== undefined && sealedDays.has(`${dayOf(begun)} ${sealedBy}`);
  const unnamed = [...attempts.values()].filter(({ name }) => !named.has(name));
  const isFromStart = manifests.length === 0 || manifests[0]?.manifest.previous === undefined;
  const claims = judgeClaims(unproved, { attempts, named, begins, isFromStart });
  const problems: readonly Problem[] = [
    ...claims.problems,
    ...[...attempts.values()].flatMap((one) => [
      ...one.problems,
      ...one.missing(!(startOf(one.name) < begins)),
      ...one.beyond(namedWhole.get(one.name)?.events),
    ]),
    ...unnamed.filter(isDue).map(({ name }): Problem => ({ code: 'unnamed-attempt', at: name })),
    ...brokenManifests(manifests),
    ...missingAttempts(manifests, attempts, begins),
    ...missingManifests(manifests, whole, attempts, first).filter(
      ({ at }) => !isLastOf(at, attemptsOf(at, attempts), deployments, gaps),
    ),
    ...missingDays([...runDays].sort()).filter(({ at }) => !isBetween(at, gaps)),
  ];
  const withManifest = new Set(whole.map(({ manifest }) => manifest.day).filter((day) => day >= first));
  return {
    days: inOrder.length === 0 ? undefined : { first, last, withManifest: withManifest.size },
    isFromStart: manifests.length > 0 && isFromStart,
    before: claims.before,
    unfinished: [...attempts.values()]
      .filter(({ hasEnded, isOpenEnded }) => !hasEnded && !isOpenEnded)
      .map(({ name }) => name),
    unnamed: unnamed.filter((one) => !isDue(one)).map(({ name }) => name),
    gaps: silentOf(gaps),
    problems,
    notOurs: claims.notOurs,
  };
}

function attemptsOf(day: string, attempts: Archive['attempts']): readonly KeptAttempt[] {
  return [...attempts.values()].filter(({ begun }) => begun !== undefined && dayOf(begun) === day);
}

/** What the manifests name as the end of each attempt; the furthest, where two of them name one. */
function endsByAttempt(manifests: readonly Written[]): ReadonlyMap<string, AttemptEnd> {
  const ends = new Map<string, AttemptEnd>();
  for (const end of manifests.flatMap(({ manifest }) => endsOf(manifest))) {
    if (end.events > (ends.get(end.attempt)?.events ?? 0)) ends.set(end.attempt, end);
  }
  return ends;
}

/**
 * Each run that wrote manifests names the last one that it saw. Another run may have sealed the same day at the same time:
 * what stands between the two is about days that this one sealed too. A deployment with a new key begins anew. The first
 * one of a copy may name what is kept elsewhere.
 */
function brokenManifests(manifests: readonly Written[]): readonly Problem[] {
  return [...new Set(manifests.map(({ attempt }) => attempt))].flatMap((attempt): readonly Problem[] => {
    const at = manifests.findIndex((one) => one.attempt === attempt);
    const own = manifests.filter((one) => one.attempt === attempt);
    const before = manifests.slice(0, at);
    const [first] = own;
    if (first === undefined || before.length === 0) return [];
    const { previous } = first.manifest;
    const beginsAnew = previous === undefined && before.every(({ sealedBy }) => sealedBy !== first.sealedBy);
    const named = before.findIndex(({ signature }) => signature === previous);
    const days = new Set(own.map(({ manifest }) => manifest.day));
    const follows =
      (previous === undefined || named >= 0) && before.slice(named + 1).every(({ manifest }) => days.has(manifest.day));
    return beginsAnew || follows ? [] : [{ code: 'broken-manifests', at: first.id }];
  });
}

/** What the manifests name is there as they name it. */
function missingAttempts(
  manifests: readonly Written[],
  attempts: Archive['attempts'],
  begins: number,
): readonly Problem[] {
  const problems = manifests
    .filter(({ manifest }) => Date.parse(manifest.day) + DAY > begins)
    .flatMap(({ manifest }) =>
      endsOf(manifest)
        // What began before the archive does is kept elsewhere, or nowhere.
        .filter(({ attempt }) => !(startOf(attempt) < begins))
        .filter(({ attempt, events, digest }) => attempts.get(attempt)?.digestOf(events) !== digest)
        .map(({ attempt }) => `${attempt} (${manifest.day})`),
    );
  return [...new Set(problems)].map((at) => ({ code: 'missing-attempt', at }));
}

/** Days before the last one with a manifest that have none, or a part of it. */
function missingManifests(
  manifests: readonly Written[],
  whole: readonly Written[],
  attempts: Archive['attempts'],
  first: string,
): readonly Problem[] {
  const sealed = new Set(whole.map(({ manifest }) => manifest.day));
  const begun = [...attempts.values()].flatMap(({ begun: at }) => (at === undefined ? [] : [dayOf(at)]));
  const told = [...new Set(manifests.map(({ manifest }) => manifest.day))].sort();
  const [earliest = '', last = ''] = [told[0], told.at(-1)];
  // The first day of an archive may be one on which nothing was sealed yet.
  const due = begun.filter((day) => day > first && day > earliest && day <= last);
  return [...new Set([...due, ...told])]
    .filter((day) => day >= first && !sealed.has(day))
    .sort()
    .map((day) => ({ code: 'missing-manifest', at: day }));
}

/** A function runs every hour, so that no day is empty; an endpoint is asked, or not. */
function missingDays(days: readonly string[]): readonly Problem[] {
  const there = new Set(days);
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return [];
  const all = Array.from({ length: (Date.parse(last) - Date.parse(first)) / DAY }, (_, at) =>
    dayOf(Date.parse(first) + at * DAY),
  );
  return all.filter((day) => !there.has(day)).map((day) => ({ code: 'missing-day', at: day }));
}
