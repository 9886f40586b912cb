import { Command } from 'commander';
import { instantOf } from '../instant';
import { askFor, HOW_ASKED, type OperateOptions, withAsking } from '../operate/ask';
import type { Terminal } from '../terminal';

interface PauseOptions extends OperateOptions {
  readonly until: Date;
}

/** `keyturn pause`: holds a key back until a date. */
export function pauseCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withAsking(
    new Command('pause')
      .description(
        'Holds one managed key back until a date: nothing is made, delivered, deactivated or deleted for it, whatever is ' +
          'due. It holds the rotation, not the verdict: auditors see a key that becomes too old.',
      )
      .argument('<id>', 'the managed key')
      .requiredOption(
        '--until <date>',
        'a date, which ends in its first minute (UTC), or a date-time with its zone',
        instantOf,
      ),
  )
    .addHelpText('after', HELP)
    .action(async (id: string, { until, ...options }: PauseOptions) => {
      ended(await askFor({ do: 'pause', keys: [id], until: until.toISOString() }, options, terminal));
    });
}

const HELP = `${HOW_ASKED}
Operators pause for 90 days at most, administrators for longer.

Examples:
  keyturn pause web-shop-production --until 2027-01-10 --why "release freeze"
  keyturn pause web-shop-production --until 2027-01-10T08:00:00+01:00 \\
    --why "release freeze" --yes
  keyturn pause web-shop-production --until 2027-06-01 --administrator \\
    --why "the vendor's outage"`;
