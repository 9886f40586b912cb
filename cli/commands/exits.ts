import { Command, InvalidArgumentError } from 'commander';
import { type Standing, stand } from '../../functions/account/standing';
import { reviewConfig } from '../../functions/aws/client-config';
import { createEventHistory } from '../../functions/aws/event-history';
import { createSecretLook } from '../../functions/aws/secret-look';
import { after, DAY, SECOND } from '../../functions/core/duration';
import { KeyturnError } from '../../functions/core/errors';
import { quoted } from '../../functions/core/findings/commands';
import { type AccessOptions, accessOf, reach, withAccess } from '../access';
import { openAccount } from '../account';
import { EXITS_SCHEMA, type ExitsDocument } from '../documents/exits';
import { EXIT, EXIT_CODES } from '../exit-code';
import { readAddresses } from '../exits/addresses';
import { exitDocument } from '../exits/exit-document';
import { gather } from '../exits/gather';
import { renderExits } from '../render/exits';
import { Reading } from '../render/reading';
import type { Terminal } from '../terminal';
import { wholeNumber } from '../whole-number';

interface ExitsOptions extends AccessOptions {
  readonly regions?: readonly string[];
  readonly mostCalls: number;
  readonly pipelines?: string;
  readonly json?: true;
}

/** `keyturn exits`: which keys could be replaced by roles that pipelines take, and what blocks it. */
export function exitsCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withAccess(
    new Command('exits')
      .description(
        'Tells from CloudTrail of 90 days who uses each managed key, from where and for what, whether a role by OpenID ' +
          'Connect could take over, what blocks it, and what to write. It changes nothing.',
      )
      .argument('[ids...]', 'managed keys, with everything about them (default: a table of all)')
      .option('--pipelines <file>', "addresses of your pipelines: Atlassian's ip-ranges.json, or one a line")
      .option('--regions <regions>', 'regions to ask too, with commas between', listed)
      .option('--most-calls <n>', 'of an access key in a region, the latest', wholeNumber, MOST_CALLS)
      .option('--json', 'write one JSON document: dist/keyturn.exits.v1.schema.json'),
  )
    .addHelpText('after', HELP)
    .action(async (ids: readonly string[], options: ExitsOptions) => {
      const document = await exitsDocument(ids, options, terminal);
      const text = options.json ? JSON.stringify(document, undefined, 2) : renderExits(document, ids.length > 0);
      terminal.stdout.write(`${text}\n`);
      ended(exitCodeOf(document));
    });
}

/** A pipeline's last thousand calls say what it does: they take twenty seconds. */
const MOST_CALLS = 1_000;

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

function listed(text: string): readonly string[] {
  const regions = text.split(',').map((region) => region.trim());
  if (regions.every((region) => /^[a-z]{2,4}(-[a-z]+)+-\d$/.test(region))) return regions;
  throw new InvalidArgumentError('expected regions such as eu-west-1,us-east-1.');
}

function exitCodeOf({ keys, unread }: ExitsDocument): number {
  if (keys.some(({ blockers }) => blockers.length > 0)) return EXIT.problems;
  return unread.length > 0 ? EXIT.unreachable : EXIT.fine;
}

/** CloudTrail's event history. */
const HISTORY = 90 * DAY;
/** LookupEvents: two requests a second, for an account and region together. The other one is left to the runs. */
const PACE = SECOND;

async function exitsDocument(
  ids: readonly string[],
  options: ExitsOptions,
  terminal: Terminal,
): Promise<ExitsDocument> {
  const { pipelines, regions = [], mostCalls } = options;
  const isPipelines = pipelines === undefined ? undefined : readAddresses(pipelines, terminal.folder);
  const access = accessOf(options);
  const config = reviewConfig(access);
  const reading = new Reading(terminal);
  try {
    reading.tell('Asking AWS who this is.');
    const { accountId: account, region, arn } = await reach(access);
    reading.tell('Reading the registry.');
    const ports = openAccount(access);
    const standing = await stand(ports, { onKey: (done, of) => reading.count('Looking at the keys', done, of) });
    const unseen = wanted(ids, standing);
    const keys = standing.keys.filter(({ entry }) => ids.length === 0 || ids.includes(entry.id));
    const until = terminal.time.now();
    const since = after(until, -HISTORY);
    const history = createEventHistory(terminal.time, PACE, config);
    const onAnswer = (done: number, of: number) => reading.count("Reading CloudTrail's event history", done, of);
    const edges = { history, record: ports.record, look: createSecretLook(config) };
    const gathered = await gather(keys, edges, { region, regions, since, until, mostCalls, onAnswer });
    const place = { partition: arn.split(':')[1] ?? 'aws', account };
    return {
      schema: EXITS_SCHEMA,
      account,
      region,
      at: until.toISOString(),
      since: since.toISOString(),
      regions: [...gathered.regions],
      keys: gathered.exits.map((seen) => exitDocument(seen, place, isPipelines)),
      unread: [...unseen, ...gathered.unread],
    };
  } finally {
    reading.end();
  }
}

/** Keys that could not be looked at. @throws KeyturnError `invalid-request` for an ID that none has */
function wanted(ids: readonly string[], { survey, unseen }: Standing): ExitsDocument['unread'] {
  const lost = survey.problems.flatMap((problem) =>
    'entry' in problem
      ? [{ source: `the key ${problem.entry.id}`, message: problem.error.message }]
      : problem.finding.key === undefined || survey.managed.some(({ entry }) => entry.id === problem.finding.key)
        ? []
        : [{ source: `the key ${problem.finding.key}`, message: `It cannot be looked at (${problem.finding.code}).` }],
  );
  const all = [...lost, ...unseen.map(({ id, error }) => ({ source: `the key ${id}`, message: error.message }))];
  const known = new Set(survey.entries.map((entry) => entry.id));
  const unknown = ids.find((id) => !known.has(id) && !all.some(({ source }) => source === `the key ${id}`));
  if (unknown !== undefined) {
    const message = `No managed key has the ID ${quoted(unknown)} here: "keyturn status" lists them.`;
    throw new KeyturnError('invalid-request', message);
  }
  return all.filter(({ source }) => ids.length === 0 || ids.some((id) => source === `the key ${id}`));
}
