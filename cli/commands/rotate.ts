import { Command } from 'commander';
import { KeyturnError } from '../../functions/core/errors';
import { accessOf } from '../access';
import { openAccount } from '../account';
import { HOW_ASKED, withAsking } from '../operate/ask';
import { askForKeys, type KeysOptions } from '../operate/ask-for-keys';
import { HOW_FOLLOWED, withFollowing } from '../operate/following-options';
import type { Terminal } from '../terminal';

interface RotateOptions extends KeysOptions {
  readonly all?: true;
}

/** `keyturn rotate`: has a key rotated now. */
export function rotateCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withFollowing(
    withAsking(
      new Command('rotate')
        .description(
          'Has managed keys rotated now, whatever their age: a new key is made, proved, stored and delivered. The old one ' +
            'stays Active for its overlap, and is deactivated and deleted by its own dates.',
        )
        .argument('[id...]', 'the managed keys')
        .option('--all', 'all managed keys, in waves of --batch (default: 5); asks as an administrator'),
    ),
  )
    .addHelpText('after', HELP)
    .action(async (ids: string[], options: RotateOptions) => {
      ended(await rotate(ids, options, terminal));
    });
}

/** Keys that are rotated at a time when all are. */
const WAVE = 5;

async function rotate(ids: readonly string[], { all, ...options }: RotateOptions, terminal: Terminal): Promise<number> {
  if (ids.length > 0 === (all === true)) {
    throw new KeyturnError('invalid-request', 'Name the keys to rotate, or say --all: one of the two.');
  }
  if (all === undefined) return askForKeys({ do: 'rotate' }, ids, options, terminal);
  const { entries } = await openAccount(accessOf(options)).registry.list();
  const keys = entries.map(({ id }) => id).sort();
  if (keys.length === 0) throw new KeyturnError('invalid-request', 'There is no managed key.');
  return askForKeys({ do: 'rotate', all }, keys, { batch: WAVE, ...options, administrator: true }, terminal);
}

const HELP = `${HOW_ASKED}
${HOW_FOLLOWED}
What was asked for is tried for a day. A key is rotated once, however often it
is asked for. Operators ask for 25 rotations a day, administrators for more.
With --all the keys are looked up with your own right to read the registry, as
"keyturn status" does. Each wave is followed to its receipts, and the first key
that fails ends it: which are done, and which were not begun, is said.

Examples:
  keyturn rotate web-shop-production --why "a developer left"
  keyturn rotate web-shop-production --why "a developer left" --dry-run
  keyturn rotate --all --batch 10 --why "the build server was taken over"`;
