import { Command, CommanderError } from 'commander';
import { reportCommand } from './commands/report';
import { simulateCommand } from './commands/simulate';
import { validateCommand } from './commands/validate';
import { verifyCommand } from './commands/verify';
import type { Terminal } from './terminal';

/** One command of `keyturn`; it tells how it ended. */
export type MakeCommand = (terminal: Terminal, ended: (exitCode: number) => void) => Command;

const COMMANDS: readonly MakeCommand[] = [reportCommand, simulateCommand, validateCommand, verifyCommand];

/**
 * Runs the command line. Every command makes data; one place renders it.
 *
 * @param args without the names of Node.js and of the script
 * @returns the exit code
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode = 0;
  const program = new Command('keyturn')
    .description('Rotates AWS access keys and delivers every fresh key to the CI pipelines that use it.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
    });
  for (const make of COMMANDS) {
    const command = make(terminal, (code) => {
      exitCode = code;
    });
    program.addCommand(command.copyInheritedSettings(program));
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // What commander refuses, or prints as help, it has written already.
    if (error instanceof CommanderError) return error.exitCode;
    terminal.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}
