import { bold, dim, green, red } from 'yoctocolors';
import type { Problem, ProblemCode, Verified } from '../../functions/core/seal/judge-archive';

/** What each problem is, in a few words, and what it means. */
const WORDS: Readonly<Record<ProblemCode, string>> = {
  'not-an-event': 'no audit event: somebody else wrote the line, or it was cut off',
  'newer-schema': 'written by a newer version of Keyturn: check it with that one',
  unsealed: 'no seal, although the functions sealed already: somebody else wrote it',
  'other-key': 'sealed by another key: somebody else wrote it, or name that key too',
  'false-seal': 'the seal is of another text: changed, or made up',
  'wrong-id': 'the ID is not one that the functions give',
  'wrong-day': 'in the folder of another day: somebody has moved it',
  'conflicting-id': 'two events have one ID',
  'missing-event': 'missing from its attempt',
  'broken-chain': 'does not follow the event before it: one of the two was replaced',
  'missing-attempt': 'named by the manifest of its day, and missing or another one',
  'missing-manifest': 'the day has no manifest, or not all of it',
  'broken-manifests': 'a manifest that does not follow the one before it',
  'missing-day': 'not one event, although a function runs every hour',
};

/** So many of a kind are named; the rest is counted. */
const MOST_NAMED = 5;

/** What the check of an archive shows, for people. */
export function renderVerified(verified: Verified, fingerprints: readonly string[]): string {
  const { problems } = verified;
  const verdict =
    problems.length === 0
      ? green(bold('Intact.'))
      : red(bold(`Not intact: ${counted(problems.length, 'thing')} ${problems.length === 1 ? 'is' : 'are'} wrong.`));
  return [verdict, '', ...byCode(problems), ...proved(verified), ...keys(fingerprints), '', ...unproved(verified)].join(
    '\n',
  );
}

function byCode(problems: readonly Problem[]): readonly string[] {
  const codes = [...new Set(problems.map(({ code }) => code))];
  const lines = codes.flatMap((code) => {
    const places = problems.filter((problem) => problem.code === code).map(({ at }) => `  ${at}`);
    const more = places.length - MOST_NAMED;
    const rest = more > 0 ? [dim(`  and ${more} more (--json names all)`)] : [];
    return [`${red(code)}: ${WORDS[code]}`, ...places.slice(0, MOST_NAMED), ...rest];
  });
  return lines.length === 0 ? [] : [...lines, ''];
}

function proved({ events, attempts, days }: Verified): readonly string[] {
  if (days === undefined) return ['It proves nothing: no event has a seal of a key that was given.'];
  return [
    `Proved: the functions of Keyturn wrote ${counted(events, 'event')} in ${counted(attempts, 'attempt')},`,
    `from ${days.first} to ${days.last}; ${counted(days.withManifest, 'day')} of them ${days.withManifest === 1 ? 'has' : 'have'} a manifest.`,
  ];
}

function keys(fingerprints: readonly string[]): readonly string[] {
  return fingerprints.map((fingerprint) => dim(`Key: SHA-256 ${fingerprint}`));
}

function unproved({ before, repeated, unfinished, unnamed }: Verified): readonly string[] {
  return [
    'Not proved: what a stolen role of a function has signed, and that nothing was',
    'cut off at the end, after the last manifest.',
    ...(before > 0 ? [`${counted(before, 'event')} from before the seal: nobody can prove who wrote them.`] : []),
    ...(unnamed.length > 0
      ? [`${counted(unnamed.length, 'attempt')} that no manifest names: the last days', or late.`]
      : []),
    ...(unfinished.length > 0
      ? [`${counted(unfinished.length, 'attempt')} without an end: the function died, or it comes later.`]
      : []),
    ...(repeated > 0 ? [`${counted(repeated, 'line')} more than once: a request was repeated. Each counts once.`] : []),
  ];
}

function counted(count: number, one: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : `${one}s`}`;
}
