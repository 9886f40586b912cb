import { Command } from 'commander';
import { HOW_ASKED, withAsking } from '../operate/ask';
import { askForKeys, type KeysOptions } from '../operate/ask-for-keys';
import { HOW_FOLLOWED } from '../operate/following-options';
import type { Terminal } from '../terminal';

/** `keyturn rollback`: has the key before the current one back. */
export function rollbackCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withAsking(
    new Command('rollback')
      .description(
        'Has the key before the current one back, while it still exists: it is made Active, current, proved and ' +
          'delivered. The newer key is withdrawn: kept for inspection, never delivered again, and retired by the ordinary ' +
          'way. Until it is gone there is no room for another rotation. Administrators only.',
      )
      .argument('<id>', 'the managed key')
      .option('--no-follow', 'do not wait for the end of it, as in a script'),
  )
    .addHelpText('after', HELP)
    .action(async (id: string, options: KeysOptions) => {
      ended(await askForKeys({ do: 'rollback' }, [id], { ...options, administrator: true }, terminal));
    });
}

const HELP = `${HOW_ASKED}
${HOW_FOLLOWED}
It asks the function of administrators, with or without --administrator. What was
asked for is tried for a day. A leaked key is not one to go back to.

Examples:
  keyturn rollback web-shop-production --why "the new key lacks a policy"
  keyturn rollback web-shop-production --why "the new key lacks a policy" --dry-run`;
