import { Command } from 'commander';
import type { ExitsDocument } from '../documents/exits';
import { EXIT, EXIT_CODES } from '../exit-code';
import { askedAgain } from '../exits/asked-again';
import { type ExitsOptions, readExits } from '../exits/read-exits';
import { withExits } from '../exits/with-exits';
import { renderExits } from '../render/exits';
import type { Terminal } from '../terminal';

interface Options extends ExitsOptions {
  readonly json?: true;
}

/** `keyturn exits`: which keys could be replaced by roles that pipelines take, and what blocks it. */
export function exitsCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withExits(
    new Command('exits')
      .description(
        'Tells from CloudTrail of 90 days who uses each managed key, from where and for what, whether a role by OpenID ' +
          'Connect or a provider of secrets could take over, what blocks it, and what to write. It changes nothing.',
      )
      .argument('[ids...]', 'managed keys, with everything about them (default: a table of all)')
      .option('--json', 'write one JSON document: dist/keyturn.exits.v1.schema.json'),
  )
    .addHelpText('after', HELP)
    .action(async (ids: readonly string[], options: Options) => {
      const document = await readExits(ids, options, terminal, async (read) => read.document);
      const text = options.json
        ? JSON.stringify(document, undefined, 2)
        : renderExits(document, ids.length > 0, askedAgain(options));
      terminal.stdout.write(`${text}\n`);
      ended(exitCodeOf(document));
    });
}

const HELP = `
A client is told a pipeline by its address, where --pipelines says which ones
they have; without it that is a guess. Pipelines have addresses of their own
with atlassian-ip-ranges: true, or on your runners. The policy is for what was
seen: its gaps stand beside it.
${EXIT_CODES}
Code 1 is for a key that something blocks; it is 3 when not all was read.
CloudTrail is asked for 50 calls a second.

Examples:
  keyturn exits
  keyturn exits web-shop-production --pipelines ip-ranges.json
  keyturn exits --json | jq -r '.keys[] | select(.role == "yes") | .id'
  keyturn exits web-shop-production --json | jq '.keys[0].policy'`;

function exitCodeOf({ keys, unread }: ExitsDocument): number {
  if (keys.some(({ blockers }) => blockers.length > 0)) return EXIT.problems;
  return unread.length > 0 ? EXIT.unreachable : EXIT.fine;
}
