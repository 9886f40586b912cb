import { Command } from 'commander';
import { askFor, HOW_ASKED, type OperateOptions, withAsking } from '../operate/ask';
import type { Terminal } from '../terminal';

/** `keyturn resume`: lets a key go on that was held back. */
export function resumeCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withAsking(
    new Command('resume')
      .description(
        'Ends the pause of one managed key, also one whose end cannot be read. What is due by then is done by the next ' +
          'runs: a delivery within the hour, everything else within the day.',
      )
      .argument('<id>', 'the managed key'),
  )
    .addHelpText('after', HELP)
    .action(async (id: string, options: OperateOptions) => {
      ended(await askFor({ do: 'resume', keys: [id] }, options, terminal));
    });
}

const HELP = `${HOW_ASKED}

Examples:
  keyturn resume web-shop-production --why "released"
  keyturn resume web-shop-production --why "released" --yes --json`;
