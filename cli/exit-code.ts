import { type ErrorCode, KeyturnError } from '../functions/core/errors';

/** How a command ends: the same four for every one, so that a script can tell them apart. */
export const EXIT = {
  /** What was asked for was done, and nothing is wrong. */
  fine: 0,
  /** It was done, and found something that a person has to see to; or it could not be done. */
  problems: 1,
  /** It was asked for in a way that means nothing: an option, an argument, a file that is not there. */
  usage: 2,
  /** AWS or a host did not answer, or did not let it in: nobody knows. */
  unreachable: 3,
} as const;

/** For `--help`. */
export const EXIT_CODES = `
Exit codes: 0 fine, 1 found problems, 2 asked for in a way that means nothing,
3 could not reach AWS or a host.`;

const USAGE: ReadonlySet<ErrorCode> = new Set(['invalid-request']);
const UNREACHABLE: ReadonlySet<ErrorCode> = new Set([
  'aws-throttled',
  'aws-denied',
  'aws-rejected',
  'aws-uncertain',
  'token-rejected',
  'rate-limited',
  'host-down',
  'host-answer-invalid',
]);

/** The exit code of a command that threw. */
export function exitCodeOf(thrown: unknown): number {
  if (!(thrown instanceof KeyturnError)) return EXIT.problems;
  if (USAGE.has(thrown.code)) return EXIT.usage;
  return UNREACHABLE.has(thrown.code) ? EXIT.unreachable : EXIT.problems;
}
