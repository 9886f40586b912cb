import { Command } from 'commander';
import { type Standing, stand } from '../../functions/account/standing';
import type { AwsAccess } from '../../functions/aws/client-config';
import { SECOND } from '../../functions/core/duration';
import { toKeyturnError } from '../../functions/core/errors';
import { described } from '../../functions/core/findings/described';
import { standingOf } from '../../functions/core/forecast/standing';
import { DEFAULT_MAX_ROTATIONS } from '../../functions/core/names';
import { type AccessOptions, accessOf, reach, withAccess } from '../access';
import { openAccount } from '../account';
import { UNINSTALL_SCHEMA, type UninstallDocument } from '../documents/uninstall';
import { EXIT, EXIT_CODES } from '../exit-code';
import { Reading } from '../render/reading';
import { renderUninstall } from '../render/uninstall';
import type { Terminal } from '../terminal';
import { deletion } from '../uninstall/commands';
import { goesWithStack } from '../uninstall/goes';
import { handedKey } from '../uninstall/handed';
import { STAYS } from '../uninstall/stays';
import { wholeNumber } from '../whole-number';

interface UninstallOptions extends AccessOptions {
  readonly wait?: number | true;
  readonly json?: true;
}

/** Seconds between two looks of `--wait`, when nobody says. */
const USUAL_WAIT = 30;

/** `keyturn uninstall`: in which state each key is handed back, and what takes Keyturn away. */
export function uninstallCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withAccess(
    new Command('uninstall')
      .description(
        'Says in which state each key is handed back, what of it is half and what finishes it, what stays when the stack ' +
          'is gone, and when nothing is half the commands that take Keyturn away, in their order. It changes nothing, and ' +
          'reads no secret value.',
      )
      .option(
        '--wait [seconds]',
        `look again every so many seconds until no run has anything to finish (default: ${USUAL_WAIT})`,
        wholeNumber,
      )
      .option('--json', 'write one JSON document: dist/keyturn.uninstall.v1.schema.json'),
  )
    .addHelpText('after', HELP)
    .action(async (options: UninstallOptions) => {
      ended(await uninstall(options, terminal));
    });
}

const HELP = `
It runs none of the commands that it names: a key that is made Inactive may be
in use, and what is deleted does not come back. It takes the rights of a viewer
(docs/operate/permissions.md).
${EXIT_CODES}
Code 1 is for a key that is half, and names what finishes it.

Examples:
  keyturn uninstall
  keyturn uninstall --wait
  keyturn uninstall --json | jq -r '.keys[].half[].finish.run'`;

async function uninstall({ wait, json, ...options }: UninstallOptions, terminal: Terminal): Promise<number> {
  for (;;) {
    const document = await documentOf(options, terminal);
    const half = halfOf(document);
    // What cannot be looked at does not become whole by waiting, nor what only a person finishes.
    const isWaitedFor = document.keys.some((key) => key.half.some((left) => left.isWaitedFor));
    if (wait === undefined || !isWaitedFor) {
      terminal.stdout.write(`${json ? JSON.stringify(document, undefined, 2) : renderUninstall(document)}\n`);
      return exitCodeOf(document);
    }
    terminal.stderr.write(`Half: ${half.join(', ')}. Waiting for the runs that finish it; Ctrl-C ends the waiting.\n`);
    await terminal.time.sleep((wait === true ? USUAL_WAIT : wait) * SECOND);
  }
}

function halfOf({ keys }: UninstallDocument): readonly string[] {
  return keys.filter(({ state }) => state === 'half').map(({ id }) => id);
}

function exitCodeOf(document: UninstallDocument): number {
  if (document.isReady) return EXIT.fine;
  const isUnseenAlone = halfOf(document).length === 0 && document.problems.length === 0;
  return isUnseenAlone ? EXIT.unreachable : EXIT.problems;
}

async function documentOf(options: AccessOptions, terminal: Terminal): Promise<UninstallDocument> {
  const reading = new Reading(terminal);
  try {
    reading.tell('Asking AWS who this is.');
    const access = accessOf(options);
    const { accountId, region } = await reach(access);
    const now = terminal.time.now();
    reading.tell(`Reading the registry of ${accountId} in ${region}.`);
    const seen = await stand(openAccount(access), {
      onKey: (done, of) => reading.count('Looking at the keys', done, of),
    });
    const stands = standingOf(seen.keys, { now, maxRotations: DEFAULT_MAX_ROTATIONS });
    const keys = seen.keys.flatMap((key) => {
      const standing = stands.find(({ id }) => id === key.entry.id);
      return standing === undefined ? [] : [handedKey(key, standing, now)];
    });
    const { problems, unseen: unlooked } = untold(seen);
    const { goes, unseen } = await goesOrUnseen(access, region, unlooked);
    const isReady = keys.every(({ state }) => state === 'whole') && problems.length === 0 && unseen.length === 0;
    return {
      schema: UNINSTALL_SCHEMA,
      account: accountId,
      region,
      at: now.toISOString(),
      isReady,
      keys,
      problems,
      unseen,
      goes,
      stays: [...STAYS],
      commands: isReady ? [...deletion({ keys, goes })] : [],
    };
  } finally {
    reading.end();
  }
}

/** Nobody takes a stack away who could not see what pipelines lose with it. */
async function goesOrUnseen(
  access: AwsAccess,
  region: string,
  others: UninstallDocument['unseen'],
): Promise<Pick<UninstallDocument, 'goes' | 'unseen'>> {
  try {
    return { goes: await goesWithStack(access, region), unseen: others };
  } catch (thrown) {
    const { code, message } = toKeyturnError(thrown);
    return { goes: [], unseen: [...others, { id: 'the stack', code, message }] };
  }
}

/** What the survey could not make a key of: it may be half in a way that nobody sees. */
function untold({ survey, unseen }: Standing): Pick<UninstallDocument, 'problems' | 'unseen'> {
  const problems = survey.problems.flatMap((problem) => {
    if (!('finding' in problem)) return [];
    const { code, key, message, severity } = described(problem.finding);
    return severity === 'attention' ? [{ code, key, message }] : [];
  });
  const unlooked = survey.problems.flatMap((problem) =>
    'entry' in problem ? [{ id: problem.entry.id, error: problem.error }] : [],
  );
  return {
    problems,
    unseen: [...unlooked, ...unseen].map(({ id, error: { code, message } }) => ({ id, code, message })),
  };
}
