import { Command } from 'commander';
import { HOW_ASKED, withAsking } from '../operate/ask';
import { askForKeys, type KeysOptions } from '../operate/ask-for-keys';
import { HOW_FOLLOWED, withFollowing } from '../operate/following-options';
import type { Terminal } from '../terminal';

/** `keyturn rotate`: has a key rotated now. */
export function rotateCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withFollowing(
    withAsking(
      new Command('rotate')
        .description(
          'Has managed keys rotated now, whatever their age: a new key is made, proved, stored and delivered. The old one ' +
            'stays Active for its overlap, and is deactivated and deleted by its own dates.',
        )
        .argument('<id...>', 'the managed keys'),
    ),
  )
    .addHelpText('after', HELP)
    .action(async (ids: string[], options: KeysOptions) => {
      ended(await askForKeys({ do: 'rotate' }, ids, options, terminal));
    });
}

const HELP = `${HOW_ASKED}
${HOW_FOLLOWED}
What was asked for is tried for a day. A key is rotated once, however often it
is asked for.

Examples:
  keyturn rotate web-shop-production --why "a developer left"
  keyturn rotate web-shop-production --why "a developer left" --dry-run`;
