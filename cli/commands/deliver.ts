import { Command } from 'commander';
import { askFor, HOW_ASKED, type OperateOptions, withAsking } from '../operate/ask';
import type { Terminal } from '../terminal';

/** `keyturn deliver`: has a key brought to its targets once more. */
export function deliverCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withAsking(
    new Command('deliver')
      .description(
        'Has the current key of one managed key proved and delivered to all its targets again. No key is made, ' +
          'deactivated or deleted.',
      )
      .argument('<id>', 'the managed key'),
  )
    .addHelpText('after', HELP)
    .action(async (id: string, options: OperateOptions) => {
      ended(await askFor({ do: 'deliver', keys: [id] }, options, terminal));
    });
}

const HELP = `${HOW_ASKED}

Examples:
  keyturn deliver web-shop-production --why "somebody changed the variables"`;
