import { Command, InvalidArgumentError, Option } from 'commander';
import { KeyturnError } from '../../functions/core/errors';
import type { ReportFormat } from '../../functions/report/page/render';
import { EXIT_CODES } from '../exit-code';
import { FAULT_KINDS, FAULTS, type FaultKind, isFaultKind } from '../rehearsal/faults/kinds';
import { reportFileOf, type SimulateOptions } from '../rehearsal/simulate-options';
import { assertEmptyFolder, assertWritable } from '../report-file';
import type { Terminal } from '../terminal';

/** As `renderReport` makes them; it is loaded when it is needed. */
const REPORT_FORMATS: readonly ReportFormat[] = ['html', 'json', 'csv'];

/** `npm start`: the stack, deployed into a local account and lived through on a clock of its own. */
export function simulateCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return new Command('simulate')
    .description(
      'Deploys the stack into a local AWS account and Bitbucket, lives through the days, and checks every promise. ' +
        'Needs no AWS account, no Docker and no network.',
    )
    .option('--days <days>', 'how many days to live through', wholeDays, 400)
    .option('-c, --config <file>', 'the configuration to deploy', 'docs/examples/keyturn.yaml')
    .addOption(
      new Option('--faults [kinds]', 'live with faults, of all kinds or of these; see below')
        .argParser(kindsOf)
        .preset('all'),
    )
    .option('--seed <seed>', 'what chance is drawn from: pipelines, latencies, key IDs, faults', 'keyturn')
    .option('--report <file>', 'where to write the report of these days (default: "keyturn-report." and its format)')
    .addOption(new Option('--report-format <format>', 'what to write it as').choices(REPORT_FORMATS).default('html'))
    .option('--archive <folder>', 'where to copy the archive of these days, for "keyturn verify"; needs audit.archive')
    .option('--every-hour', 'make every hourly run, also those that cannot find anything new')
    .option('--json', 'write one JSON document: dist/keyturn.simulate.v1.schema.json')
    .option('--serve', 'keep the local account and Bitbucket running, to look around with the aws command')
    .option('--naive', 'show what three literal rules do: rate(90 days), rate(100 days), rate(110 days)')
    .addHelpText('after', HELP)
    .action(async (options: SimulateOptions) => {
      ended(await simulate(options, terminal));
    });
}

/** @returns the exit code: 0 when every promise held */
async function simulate(options: SimulateOptions, terminal: Terminal): Promise<number> {
  const { folder, stderr, watched } = terminal;
  if (options.faults !== undefined && (options.serve || options.naive)) {
    throw new KeyturnError('invalid-request', '--faults goes with neither --serve nor --naive.');
  }
  if (options.naive) return (await import('../rehearsal/simulation')).simulateNaively(options, terminal);
  if (!options.serve) assertWritable(reportFileOf(options), { folder, force: true, option: '--report' });
  assertEmptyFolder(options.archive, { folder, option: '--archive' });
  // A program that reads a document is told nothing else; people wait for seconds, and should know for what.
  if (options.json !== true || watched) stderr.write(`Synthesizing ${options.config}…\n`);
  const [cdkOut, simulation] = await Promise.all([
    terminal.synthesize(options.config, folder),
    import('../rehearsal/simulation'),
  ]);
  return options.serve
    ? simulation.simulateServing(options, cdkOut, terminal)
    : simulation.simulateDays(options, cdkOut, terminal);
}

const HELP = `
Faults, for --faults, separated by commas:
${Object.entries(FAULTS)
  .map(([kind, says]) => `  ${kind.padEnd(24)}${says}`)
  .join('\n')}

Examples:
  keyturn simulate -c keyturn.yaml --faults
  keyturn simulate -c keyturn.yaml --faults killed,host-down --days 120 --seed 7
${EXIT_CODES}`;

function kindsOf(text: string): readonly FaultKind[] {
  if (text === 'all') return FAULT_KINDS;
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !isFaultKind(name));
  if (unknown.length > 0) throw new InvalidArgumentError(`there is no fault ${unknown.join(', ')}; --help lists them.`);
  return FAULT_KINDS.filter((kind) => names.includes(kind));
}

function wholeDays(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('expected a whole number of days, at least 1.');
  return Number(text);
}
