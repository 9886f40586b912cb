import { Command } from 'commander';
import { reportCommand } from './commands/report';
import { simulateCommand } from './commands/simulate';

/** The command line. Every command makes data; one place renders it. */
const program = new Command('keyturn')
  .description('Rotates AWS access keys and delivers every fresh key to the CI pipelines that use it.')
  .addCommand(reportCommand())
  .addCommand(simulateCommand());

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
