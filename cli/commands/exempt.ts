import { Command, Option } from 'commander';
import { KeyturnError } from '../../functions/core/errors';
import { instantOf } from '../instant';
import { askFor, HOW_ASKED, type OperateOptions, withAsking } from '../operate/ask';
import type { Terminal } from '../terminal';

interface ExemptOptions extends OperateOptions {
  readonly until?: Date;
  readonly approvedBy?: string;
  readonly end?: true;
}

/** `keyturn exempt`: accepts for auditors what a key misses, until a date. */
export function exemptCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withAsking(
    new Command('exempt')
      .description(
        'Accepts for auditors, until a date, what one managed key misses by its age or its delivery: reports show an ' +
          'accepted exception with who, why and until when, and never a key that is fine. It holds the verdict, not the ' +
          'rotation; "keyturn pause" holds the rotation.',
      )
      .argument('<id>', 'the managed key')
      .option(
        '--until <date>',
        'a date, which ends in its first minute (UTC), or a date-time with its zone; 366 days from now at most',
        instantOf,
      )
      .option('--approved-by <name>', 'who has approved it: kept as said, beside your own name as AWS knows it')
      .addOption(
        new Option('--end', 'end the exception that is in force, before its time').conflicts(['until', 'approvedBy']),
      ),
  )
    .addHelpText('after', HELP)
    .action(async (id: string, { until, approvedBy, end, ...options }: ExemptOptions) => {
      const asAdministrator = { ...options, administrator: true } as const;
      ended(await askFor({ keys: [id], ...whatOf({ until, approvedBy, end }) }, asAdministrator, terminal));
    });
}

/** @throws KeyturnError `invalid-request` where neither an end is given nor the end is meant */
function whatOf({ until, approvedBy, end }: Pick<ExemptOptions, 'until' | 'approvedBy' | 'end'>) {
  if (end) return { do: 'end-exemption' };
  if (until === undefined) {
    throw new KeyturnError('invalid-request', 'Say until when with --until, or --end to end the one that is in force.');
  }
  return { do: 'exempt', until: until.toISOString(), approver: approvedBy };
}

const HELP = `${HOW_ASKED}
Only administrators ask for it: --administrator is understood. The approver is
whoever asks, as AWS says; a name given with --approved-by is quoted as said.
It excuses the age and the delivery of that key alone: no change that somebody
made beside Keyturn, no foreign key and no gap in the record. It stands in the
sealed record and in no tag.

Examples:
  keyturn exempt web-shop-production --until 2027-03-01 \\
    --why "the vendor moves in February" --approved-by "Grace Hopper, CISO"
  keyturn exempt web-shop-production --end --why "the vendor has moved"`;
