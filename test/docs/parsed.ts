import { Readable } from 'node:stream';
import { CommanderError } from 'commander';
import { COMMAND_NAMES, type MakeCommand } from '../../cli/run';
import { synthesize } from '../../cli/synthesize';

/** Whether `keyturn` takes a command line: it is parsed, and not run. @returns `parsed`, or what is wrong with it */
export async function parsed(line: string): Promise<string> {
  const [program, name = '', ...args] = line.split(' ');
  if (program !== 'keyturn' || !COMMAND_NAMES.includes(name)) return `There is no command ${line}.`;
  const loaded: Readonly<Record<string, MakeCommand>> = await import(`../../cli/commands/${name}.ts`);
  const command = loaded[`${name}Command`]?.(NOBODY, () => undefined);
  try {
    await command
      ?.action(() => undefined)
      .exitOverride()
      .configureOutput({ writeErr: () => undefined })
      .parseAsync(args, { from: 'user' });
    return 'parsed';
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.message;
    throw thrown;
  }
}

const NOBODY: Parameters<MakeCommand>[0] = {
  stdin: Readable.from([]),
  stdout: process.stdout,
  stderr: process.stderr,
  watched: false,
  folder: '.',
  time: { now: () => new Date(), sleep: async () => {} },
  synthesize,
};
