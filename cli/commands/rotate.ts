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
  readonly compromised?: true;
  readonly now?: true;
  readonly key?: string;
}

/** `keyturn rotate`: has a key rotated now, or one that has leaked made harmless. */
export function rotateCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withFollowing(
    withAsking(
      new Command('rotate')
        .description(
          'Has managed keys rotated now, whatever their age: a new key is made, proved, stored and delivered. The old one ' +
            'stays Active for its overlap, and is deactivated and deleted by its own dates. With --compromised it is made ' +
            'Inactive as soon as every target has the new one.',
        )
        .argument('[id...]', 'the managed keys')
        .option('--all', 'all managed keys, in waves of --batch (default: 5); asks as an administrator')
        .option('--compromised', 'the key has leaked: one managed key; asks as an administrator')
        .option('--now', 'with --compromised: make it Inactive first; pipelines fail until they have the new one')
        .option('--key <access key>', 'with --compromised: the access key that has leaked (default: the current one)'),
    ),
  )
    .addHelpText('after', HELP)
    .action(async (ids: string[], options: RotateOptions) => {
      ended(await (options.compromised ? leaked(ids, options, terminal) : rotate(ids, options, terminal)));
    });
}

/** Keys that are rotated at a time when all are. */
const WAVE = 5;

async function leaked(ids: readonly string[], options: RotateOptions, terminal: Terminal): Promise<number> {
  const [id, ...others] = ids;
  if (id === undefined || others.length > 0 || options.all) {
    throw new KeyturnError('invalid-request', '--compromised is about one managed key: name it.');
  }
  const what = { do: options.now ? 'disable-first' : 'compromised', accessKey: options.key } as const;
  return askForKeys(what, [id], { ...options, administrator: true }, terminal);
}

/** @throws KeyturnError `invalid-request` for what is about a leak and does not say so: a guess would be wrong either way */
async function rotate(
  ids: readonly string[],
  { all, now, key, ...options }: RotateOptions,
  terminal: Terminal,
): Promise<number> {
  if (now !== undefined || key !== undefined) {
    throw new KeyturnError(
      'invalid-request',
      '--now and --key are about a key that has leaked: say --compromised too.',
    );
  }
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

A key that has leaked is made harmless in minutes, and no pipeline with stored
variables fails: a new one is made and delivered at once, then the leaked one is
made Inactive, without overlap. --now makes it Inactive first: at once, and every
pipeline fails until it has the new one. In either case a step that fetches it
from a provider gets nothing (403) until another key is current. The leaked key
is deleted after its recovery.

Examples:
  keyturn rotate web-shop-production --why "a developer left"
  keyturn rotate web-shop-production --why "a developer left" --dry-run
  keyturn rotate --all --batch 10 --why "the build server was taken over"
  keyturn rotate web-shop-production --compromised --why "it is in a build log"
  keyturn rotate web-shop-production --compromised --now --why "it is in use"`;
