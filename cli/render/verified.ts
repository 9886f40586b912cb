import { bold, dim, green, red, yellow } from 'yoctocolors';
import type { NotOursCode, ProblemCode, Verified } from '../../functions/core/seal/verified';

/** What each problem is, in a few words, and what it means. */
const PROBLEMS: Readonly<Record<ProblemCode, string>> = {
  ambiguous: 'rewritten so that two programs read two things in it',
  unsealed: 'an event of the record without its seal: somebody took it away',
  'other-key': 'an event of the record that another key has sealed',
  'false-seal': 'the seal is of another text: somebody has changed the event',
  'wrong-id': 'the ID is not one that the functions give',
  'wrong-day': 'in the folder of another day: somebody has moved it',
  'conflicting-id': 'two events have one ID',
  'missing-event': 'missing from its attempt',
  'broken-chain': 'does not follow the event before it: one of the two was replaced',
  'added-event': 'after its attempt’s end, or not by its key: somebody added it',
  'missing-attempt': 'the manifest of its day names it; it is missing, or another',
  'unnamed-attempt': 'the manifest of its day does not name it: it was added',
  'missing-manifest': 'the day has no manifest, or not all of it',
  'broken-manifests': 'a manifest that does not follow the one before it',
  'missing-day': 'not one event, although a function runs every hour',
};

/** The same for what somebody else has put there. */
const NOT_OURS: Readonly<Record<NotOursCode, string>> = {
  'not-an-event': 'no audit event',
  'newer-schema': 'says to be of a newer Keyturn: check it with that one',
  ambiguous: 'two programs read two things in it',
  unsealed: 'no seal, although the functions sealed already',
  'other-key': 'sealed by another key: if it was yours, name it too',
  'false-seal': 'the seal is of another text',
  replayed: 'a true event, copied into another day',
};

/** So many of a kind are named; the rest is counted. */
const MOST_NAMED = 5;

/** What the check of an archive shows, for people. */
export function renderVerified(verified: Verified, fingerprints: readonly string[]): string {
  const { problems, notOurs } = verified;
  return [
    verdictOf(verified),
    '',
    ...byCode(problems, PROBLEMS, red),
    ...(notOurs.length === 0 ? [] : [...BESIDE, ...byCode(notOurs, NOT_OURS, yellow)]),
    ...proved(verified),
    ...fingerprints.map((fingerprint) => dim(`Key: SHA-256 ${fingerprint}`)),
    '',
    ...unproved(verified),
  ].join('\n');
}

/** To the minute: `2026-03-04 12:00 UTC`. */
function minute(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`;
}

function between({ gaps }: Verified): readonly string[] {
  return gaps.flatMap(({ from, to }) => [
    yellow(`No stack of ours between ${minute(from)} and ${minute(to)}:`),
    'another key has sealed since. Nothing proves that nobody ran meanwhile.',
  ]);
}

function verdictOf({ problems, notOurs }: Verified): string {
  const beside = `${counted(notOurs.length, 'line')} beside it ${isOrAre(notOurs.length)} not ours.`;
  return [
    problems.length === 0
      ? green(bold('Intact.'))
      : red(bold(`Not intact: ${counted(problems.length, 'thing')} ${isOrAre(problems.length)} wrong.`)),
    ...(notOurs.length === 0 ? [] : [yellow(bold(beside))]),
  ].join(' ');
}

const BESIDE = [
  'Not ours: whoever may write into the log group, or into this copy, can put lines',
  'beside the record. They change nothing of it, and prove nothing:',
];

function byCode<Code extends string>(
  found: readonly { readonly code: Code; readonly at: string }[],
  words: Readonly<Record<Code, string>>,
  color: (text: string) => string,
): readonly string[] {
  const places = new Map<Code, string[]>();
  for (const { code, at } of found) places.set(code, [...(places.get(code)?.slice(0, MOST_NAMED) ?? []), at]);
  const lines = [...places].flatMap(([code, named]) => {
    const more = found.filter((one) => one.code === code).length - MOST_NAMED;
    const rest = more > 0 ? [dim(`  and ${more.toLocaleString('en')} more (--json names all)`)] : [];
    return [`${color(code)}: ${words[code]}`, ...named.slice(0, MOST_NAMED).map((at) => `  ${at}`), ...rest];
  });
  return lines.length === 0 ? [] : [...lines, ''];
}

function proved({ events, attempts, days, isFromStart }: Verified): readonly string[] {
  if (days === undefined) return ['It proves nothing: no event has a seal of a key that was given.'];
  return [
    `Proved: the functions of Keyturn wrote ${counted(events, 'event')} in ${counted(attempts, 'attempt')},`,
    `from ${days.first} to ${days.last}; ${counted(days.withManifest, 'day')} of them ${days.withManifest === 1 ? 'has' : 'have'} a manifest.`,
    ...(isFromStart ? ['The first manifest of all is there: nothing is missing before it.'] : []),
  ];
}

function unproved(verified: Verified): readonly string[] {
  const { before, repeated, unfinished, unnamed, isFromStart } = verified;
  return [
    'Not proved: what a stolen role of a function has signed, and that nothing was',
    isFromStart
      ? 'cut off at the end, after the last manifest.'
      : 'cut off at the beginning, or at the end after the last manifest.',
    ...between(verified),
    ...(before > 0 ? [`${counted(before, 'event')} from before the seal: nobody can prove who wrote them.`] : []),
    ...(unnamed.length > 0 ? [`${counted(unnamed.length, 'attempt')} of days without a whole manifest.`] : []),
    ...(unfinished.length > 0
      ? [`${counted(unfinished.length, 'attempt')} without an end: the function died, or it comes later.`]
      : []),
    ...(repeated > 0 ? [`${counted(repeated, 'line')} more than once: a request was repeated. Each counts once.`] : []),
  ];
}

function isOrAre(count: number): string {
  return count === 1 ? 'is' : 'are';
}

function counted(count: number, one: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : `${one}s`}`;
}
