import type { Command } from 'commander';
import { wholeNumber } from '../whole-number';

/** Adds the options of a command that follows what it asked for. */
export function withFollowing(command: Command): Command {
  return command
    .option(
      '--batch <n>',
      'so many keys at a time, and stop at the first that fails (default: all at once)',
      wholeNumber,
    )
    .option('--no-follow', 'do not wait for the end of it, as in a script');
}

/** For `--help`. */
export const HOW_FOLLOWED = `
What was asked for is followed in the audit record, step by step, to its end:
code 1 also says that something stands in the way, or that it is not at its end
after a quarter of an hour. Ctrl-C ends the waiting, and stops nothing.`;
