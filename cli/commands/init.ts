import { Command } from 'commander';
import type { AwsAccess } from '../../functions/aws/client-config';
import { type FoundAccount, INIT_SCHEMA, type Initialized } from '../../functions/core/config/initialized';
import { parseConfig } from '../../functions/core/config/parse-config';
import { KeyturnError } from '../../functions/core/errors';
import { type AccessOptions, accessOf, withAccess } from '../access';
import { EXIT, EXIT_CODES } from '../exit-code';
import { type Answers, configOf } from '../init/answers';
import { deployCommand, writeCdkJson } from '../init/cdk-app';
import { lookAtAccount, lookAtUser } from '../init/found';
import {
  type InitFlags,
  knownFrom,
  lookAtDestinations,
  missingFlags,
  openWorkspace,
  someOf,
  withNamedUsers,
} from '../init/given';
import { renderFound, renderInitialized } from '../render/initialized';
import { assertWritable, writeWhole } from '../report-file';
import type { Terminal } from '../terminal';

interface InitOptions extends AccessOptions, InitFlags {
  readonly yes?: true;
  readonly force?: true;
  readonly json?: true;
  readonly offline?: true;
}

/** `keyturn init`: a first configuration, from what the account has and what a person says. */
export function initCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withAccess(new Command('init'))
    .description(
      'Writes a first keyturn.yaml, with comments. It looks at the account (users with access keys, trails) and, with a ' +
        'token, at the workspace at Bitbucket, and asks what it cannot see. It changes nothing in AWS and at Bitbucket. ' +
        'Installed in a folder without a cdk.json, it writes one, so that "npx cdk deploy" knows what to deploy.',
    )
    .argument('[file]', 'the configuration to write', 'keyturn.yaml')
    .option('--user <name>', 'an IAM user whose keys are rotated; may be repeated', collected)
    .option(
      '--deliver-to <user=place>',
      'where: <workspace>/<repository>[:<environment>]; may be repeated',
      collected,
      [],
    )
    .option('--notify <address>', 'who hears of findings and failures; may be repeated', collected)
    .option('--workspace <slug>', 'workspace at Bitbucket (default: that of the first --deliver-to)')
    .option('--secret <name>', 'secret that holds its token (default: keyturn/connections/<workspace>)')
    .option('--token-stdin', 'read a token from standard input, to look at the workspace with; it is not kept')
    .option('--email <address>', 'whose it is, where it is an API token')
    .option('--bitbucket-url <url>', "base URL of Bitbucket's API, if it is another one")
    .option('--offline', 'look at nothing')
    .option('--yes', 'ask nothing: what is not given is missing')
    .option('--force', 'replace the file if it exists')
    .option('--json', 'write what was found as one JSON document')
    .addHelpText('after', HELP)
    .action(async (file: string, options: InitOptions) => {
      ended(await init(file, options, terminal));
    });
}

const HELP = `${EXIT_CODES}
It asks at a terminal only; elsewhere, and with --yes, it says which flag is
missing. The rights that it needs: iam:GenerateCredentialReport,
iam:GetCredentialReport, iam:ListAccessKeys, cloudtrail:DescribeTrails,
cloudtrail:GetTrailStatus, cloudtrail:GetEventSelectors; of the token, the scopes
repository and pipeline.

Examples:
  keyturn init
  keyturn init --yes --user ci --notify security@example.com \\
    --deliver-to ci=acme/web-shop:Production
  printf '%s' "$TOKEN" | keyturn init --json --token-stdin --user ci \\
    --notify security@example.com --deliver-to ci=acme/web-shop:Production`;

function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

async function init(file: string, options: InitOptions, terminal: Terminal): Promise<number> {
  const place = { folder: terminal.folder, force: options.force === true, option: 'keyturn init' };
  assertWritable(file, place);
  const known = knownFrom(options);
  const isAsked = !options.yes && !options.tokenStdin && terminal.stdin.isTTY === true && terminal.watched;
  const tell = (text: string) => {
    if (terminal.watched) terminal.stderr.write(`${text}\n`);
  };
  const workspace = await openWorkspace(options, known, terminal);
  const account = options.offline ? undefined : await accountFor(known, accessOf(options), terminal, tell);
  const repositories = workspace === undefined ? undefined : await lookAtDestinations(workspace, known);
  const found = { schema: INIT_SCHEMA, file, account, repositories, warnings: [] } as const;
  const missing = isAsked ? [] : missingFlags(known);
  if (missing.length > 0) return lacking({ ...found, written: false, missing }, options, terminal);

  if (isAsked && account !== undefined) tell(renderFound(account));
  const answers = isAsked ? await askedOrLeft(known, account, terminal) : known;
  if (answers === undefined) return EXIT.problems;
  const text = configOf(answers, account);
  const { problems, warnings } = parseConfig(text, terminal.time.now());
  if (problems.length > 0) throw new KeyturnError('unexpected', `${file} would not be sound: ${problems[0]?.message}.`);
  // Whoever has only this one of the two can run the command again.
  const cdkJson = writeCdkJson(terminal.folder);
  const deploy = deployCommand(file, terminal.folder);
  writeWhole(file, text, place);
  const initialized: Initialized = { ...found, written: true, cdkJson, missing, warnings };
  const document = options.json
    ? JSON.stringify(initialized, undefined, 2)
    : renderInitialized(initialized, {
        connection: answers.connection?.name,
        deploy,
      });
  terminal.stdout.write(`${document}\n`);
  return EXIT.fine;
}

async function accountFor(
  known: Answers,
  access: AwsAccess,
  { time }: Terminal,
  tell: (text: string) => void,
): Promise<FoundAccount> {
  try {
    const found = await lookAtAccount(access, time, tell);
    return await withNamedUsers(found, known, (user) => lookAtUser(access, time, user));
  } catch (thrown) {
    // What helps a function, a deployment, does not help a person.
    if (!(thrown instanceof KeyturnError && thrown.code === 'aws-denied' && thrown.cause instanceof Error))
      throw thrown;
    const cure = '"keyturn init --help" names the rights that it needs; with --offline it looks at nothing.';
    throw new KeyturnError('aws-denied', `${thrown.cause.message}. ${cure}`);
  }
}

/** Nobody is there to be asked. */
function lacking(found: Initialized, { json }: InitOptions, { stdout, stderr }: Terminal): number {
  if (json) stdout.write(`${JSON.stringify(found, undefined, 2)}\n`);
  const { missing, account } = found;
  const users = account?.users.filter(({ keys }) => keys.length > 0).map(({ name }) => name);
  const there = users === undefined ? '' : ` Users of ${account?.id} with access keys: ${someOf(users)}.`;
  stderr.write(
    `keyturn init: nobody is asked here, and ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing.${there}\n`,
  );
  return EXIT.usage;
}

/** @returns undefined where the person left, by Ctrl-C or Ctrl-D */
async function askedOrLeft(
  known: Parameters<typeof configOf>[0],
  account: FoundAccount | undefined,
  terminal: Terminal,
): Promise<Answers | undefined> {
  const { ask } = await import('../init/ask');
  try {
    return await ask(known, account, terminal);
  } catch (thrown) {
    if (!(thrown instanceof Error) || thrown.name !== 'ExitPromptError') throw thrown;
    terminal.stderr.write('Nothing was written.\n');
    return undefined;
  }
}
