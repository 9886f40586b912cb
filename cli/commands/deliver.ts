import { Command } from 'commander';
import { HOW_ASKED, withAsking } from '../operate/ask';
import { askForKeys, type KeysOptions } from '../operate/ask-for-keys';
import { HOW_FOLLOWED, withFollowing } from '../operate/following-options';
import type { Terminal } from '../terminal';

interface DeliverOptions extends KeysOptions {
  readonly verify?: true;
}

/** `keyturn deliver`: has a key brought to its targets once more. */
export function deliverCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withFollowing(
    withAsking(
      new Command('deliver')
        .description(
          'Has the current key of each managed key proved and delivered to all its targets again. No key is made, ' +
            'deactivated or deleted.',
        )
        .argument('<id...>', 'the managed keys')
        .option('--verify', 'only compare what the targets show with what was delivered there, and write nothing'),
    ),
  )
    .addHelpText('after', HELP)
    .action(async (ids: string[], { verify, ...options }: DeliverOptions) => {
      ended(await askForKeys({ do: verify ? 'verify' : 'deliver' }, ids, options, terminal));
    });
}

const HELP = `${HOW_ASKED}
${HOW_FOLLOWED}

Examples:
  keyturn deliver web-shop-production --why "somebody changed the variables"
  keyturn deliver web-shop-production --verify --why "a red pipeline"`;
