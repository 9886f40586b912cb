import { Command } from 'commander';
import { askFor, HOW_ASKED, type OperateOptions, withAsking } from '../operate/ask';
import type { Terminal } from '../terminal';

/** `keyturn rotate`: has a key rotated now. */
export function rotateCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withAsking(
    new Command('rotate')
      .description(
        'Has one managed key rotated now, whatever its age: a new key is made, proved, stored and delivered. The old one ' +
          'stays Active for its overlap, and is deactivated and deleted by its own dates.',
      )
      .argument('<id>', 'the managed key'),
  )
    .addHelpText('after', HELP)
    .action(async (id: string, options: OperateOptions) => {
      ended(await askFor({ do: 'rotate', keys: [id] }, options, terminal));
    });
}

const HELP = `${HOW_ASKED}
What was asked for is tried for a day. A key is rotated once, however often it
is asked for.

Examples:
  keyturn rotate web-shop-production --why "a developer left"
  keyturn rotate web-shop-production --why "a developer left" --dry-run`;
