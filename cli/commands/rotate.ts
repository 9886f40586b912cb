import { Command } from 'commander';
import { KeyturnError } from '../../functions/core/errors';
import { askFor, HOW_ASKED, type OperateOptions, withAsking } from '../operate/ask';
import type { Terminal } from '../terminal';

interface RotateOptions extends OperateOptions {
  readonly compromised?: true;
  readonly now?: true;
  readonly key?: string;
}

/** `keyturn rotate`: has a key rotated now, or one that has leaked made harmless. */
export function rotateCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withAsking(
    new Command('rotate')
      .description(
        'Has one managed key rotated now, whatever its age: a new key is made, proved, stored and delivered. The old one ' +
          'stays Active for its overlap, and is deactivated and deleted by its own dates. With --compromised it is made ' +
          'Inactive as soon as every target has the new one.',
      )
      .argument('<id>', 'the managed key')
      .option('--compromised', 'the key has leaked: administrators only')
      .option('--now', 'with --compromised: make it Inactive first; pipelines fail until they have the new one')
      .option('--key <access key>', 'with --compromised: the access key that has leaked (default: the current one)'),
  )
    .addHelpText('after', HELP)
    .action(async (id: string, options: RotateOptions) => {
      ended(await askFor({ keys: [id], ...asked(options) }, withLevel(options), terminal));
    });
}

/** @throws KeyturnError `invalid-request` for what is about a leak and does not say so: a guess would be wrong either way */
function asked({ compromised, now, key }: RotateOptions): Readonly<Record<string, unknown>> {
  if (compromised) return { do: now ? 'disable-first' : 'compromised', accessKey: key };
  if (now === undefined && key === undefined) return { do: 'rotate' };
  throw new KeyturnError('invalid-request', '--now and --key are about a key that has leaked: say --compromised too.');
}

/** Nobody else may say that a key has leaked. */
function withLevel(options: RotateOptions): OperateOptions {
  return options.compromised ? { ...options, administrator: true } : options;
}

const HELP = `${HOW_ASKED}
What was asked for is tried for a day. A key is rotated once, however often it
is asked for.

A key that has leaked is made harmless in minutes, and no pipeline fails: a new
one is made and delivered at once, then the leaked one is made Inactive, without
overlap. --now makes it Inactive first: at once, and every pipeline fails until
it has the new one. It is deleted after its recovery, in either case.

Examples:
  keyturn rotate web-shop-production --why "a developer left"
  keyturn rotate web-shop-production --why "a developer left" --dry-run
  keyturn rotate web-shop-production --compromised --why "it is in a build log"
  keyturn rotate web-shop-production --compromised --now --why "it is in use"`;
