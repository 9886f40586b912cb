import { Command, CommanderError } from 'commander';
import { KeyturnError } from '../functions/core/errors';
import { version } from '../package.json';
import type { AccessOptions } from './access';
import { EXIT, exitCodeOf } from './exit-code';
import { COLUMNS, wrapped } from './render/wrapped';
import type { Terminal } from './terminal';

/** One command of `keyturn`; it tells how it ended. */
export type MakeCommand = (terminal: Terminal, ended: (exitCode: number) => void) => Command;

/** What the list of commands says of one, and where it is: only the one that is asked for is loaded. */
interface Entry {
  readonly summary: string;
  readonly load: () => Promise<MakeCommand>;
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  clock: {
    summary: 'show the time of a local world that is served, or move it on',
    load: async () => (await import('./commands/clock')).clockCommand,
  },
  connect: {
    summary: 'try the token of a CI host at every place of a connection, and store it',
    load: async () => (await import('./commands/connect')).connectCommand,
  },
  datacenter: {
    summary: 'print the lines with which a Bitbucket Data Center takes a secret from AWS, and check them',
    load: async () => (await import('./commands/datacenter')).datacenterCommand,
  },
  deliver: {
    summary: 'have the current key of a managed key delivered again',
    load: async () => (await import('./commands/deliver')).deliverCommand,
  },
  doctor: {
    summary: 'look whether everything is as it must be, and say how it is cured',
    load: async () => (await import('./commands/doctor')).doctorCommand,
  },
  exempt: {
    summary: 'accept for auditors what a managed key misses, until a date',
    load: async () => (await import('./commands/exempt')).exemptCommand,
  },
  exits: {
    summary: 'tell who uses each key, and whether roles by OpenID Connect could take over',
    load: async () => (await import('./commands/exits')).exitsCommand,
  },
  init: {
    summary: 'write a first keyturn.yaml, from what the account has and what you say',
    load: async () => (await import('./commands/init')).initCommand,
  },
  migrate: {
    summary: 'move the pipelines of a key to a role, step by step, and retire the key',
    load: async () => (await import('./commands/migrate')).migrateCommand,
  },
  pause: {
    summary: 'hold a managed key back until a date',
    load: async () => (await import('./commands/pause')).pauseCommand,
  },
  plan: {
    summary: 'say what will happen to which key on which day, and what a change would do',
    load: async () => (await import('./commands/plan')).planCommand,
  },
  report: {
    summary: 'make a report of the access keys of an account, for auditors',
    load: async () => (await import('./commands/report')).reportCommand,
  },
  resume: {
    summary: 'let a managed key go on that was held back',
    load: async () => (await import('./commands/resume')).resumeCommand,
  },
  rollback: {
    summary: 'have the key before the current one back',
    load: async () => (await import('./commands/rollback')).rollbackCommand,
  },
  rotate: {
    summary: 'have a managed key rotated now',
    load: async () => (await import('./commands/rotate')).rotateCommand,
  },
  'serve-provider': {
    summary: 'give steps of Bitbucket Pipelines their secrets when they start',
    load: async () => (await import('./commands/serve-provider')).serveProviderCommand,
  },
  simulate: {
    summary: 'live through a year in a local AWS account, and check every promise',
    load: async () => (await import('./commands/simulate')).simulateCommand,
  },
  status: {
    summary: 'show where every managed key stands, and what comes next',
    load: async () => (await import('./commands/status')).statusCommand,
  },
  uninstall: {
    summary: 'say in which state each key is handed back, and what takes Keyturn away',
    load: async () => (await import('./commands/uninstall')).uninstallCommand,
  },
  validate: {
    summary: 'find every mistake in a keyturn.yaml, with its cure; warn of what is probably not meant',
    load: async () => (await import('./commands/validate')).validateCommand,
  },
  verify: {
    summary: "check a copy of the audit archive against the seal's public key",
    load: async () => (await import('./commands/verify')).verifyCommand,
  },
  who: {
    summary: 'tell which steps took a role by OpenID Connect, and which were refused',
    load: async () => (await import('./commands/who')).whoCommand,
  },
  why: {
    summary: 'tell the life of one access key: who made it, where it went, who uses it',
    load: async () => (await import('./commands/why')).whyCommand,
  },
};

/** Names of the commands, as the list of them shows them. */
export const COMMAND_NAMES = Object.keys(COMMANDS);

/**
 * Runs the command line. Every command makes data; one place renders it.
 *
 * @param args without the names of Node.js and of the script
 * @returns the exit code
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode = 0;
  let { time } = terminal;
  const here: Terminal = {
    ...terminal,
    get time() {
      return time;
    },
  };
  const program = new Command('keyturn')
    .description('Rotates AWS access keys and delivers every fresh key to the CI pipelines that use it.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      getOutHelpWidth: () => COLUMNS,
      getErrHelpWidth: () => COLUMNS,
    });
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    const command = args.includes(name)
      ? (await load())(here, (code) => {
          exitCode = code;
        })
      : new Command(name).description(summary);
    program.addCommand(command.summary(summary).copyInheritedSettings(program));
  }
  program.hook('preAction', async (_program, command) => {
    const asksAws = command.options.some(({ long }) => long === '--endpoint-url');
    time = (await terminal.localTime?.(command.opts<AccessOptions>().endpointUrl, asksAws)) ?? time;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // What commander refuses, or prints as help, it has written already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
    const message = messageOf(error);
    // A terminal would break it within words; a program gets what it is.
    terminal.stderr.write(`${terminal.watched ? message.split('\n').map(inColumns).join('\n') : message}\n`);
    return exitCodeOf(error);
  }
}

/** What helps a function that is denied something, a deployment, does not help a person. */
function messageOf(error: unknown): string {
  if (!(error instanceof KeyturnError && error.code === 'aws-denied' && error.cause instanceof Error))
    return error instanceof Error ? error.message : String(error);
  const denial = error.cause.message.replace(/\.?$/, '.');
  return `${denial} Your own policies have to allow it: docs/operate/permissions.md has one for each task.`;
}

/** A line that is too long in several, as far indented as it is. */
function inColumns(line: string): string {
  if (line.length <= COLUMNS) return line;
  const text = line.trimStart();
  return wrapped(text, line.slice(0, line.length - text.length));
}
