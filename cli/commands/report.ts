import { pathToFileURL } from 'node:url';
import { Command, Option } from 'commander';
import { after, DAY } from '../../functions/core/duration';
import { AUDIT_LOG_GROUP } from '../../functions/core/names';
import type { Period } from '../../functions/report/evidence/gather-evidence';
import type { Report } from '../../functions/report/judge/model';
import { CSV_TABLE_NAMES, type CsvTableName } from '../../functions/report/page/csv';
import { REPORT_FORMATS, type ReportFormat, renderReport } from '../../functions/report/page/render';
import { type AccessOptions, accessOf, withAccess } from '../access';
import { EXIT } from '../exit-code';
import { instantOf } from '../instant';
import { renderFailure, renderReading, renderSummary, renderVerdict } from '../render/review';
import { assertWritable, writeWhole } from '../report-file';
import { review } from '../review';
import type { Terminal } from '../terminal';

interface ReportOptions extends AccessOptions {
  readonly since?: Date;
  readonly until?: Date;
  readonly format: ReportFormat;
  readonly table?: CsvTableName;
  readonly output?: string;
  readonly logGroup: string;
  readonly sealKey?: readonly string[];
  readonly force?: true;
  readonly check?: true;
}

/** What a report is about when nobody says. */
const USUAL_PERIOD = 365 * DAY;
/** For `--output`: the document, and nothing else, on standard output. */
const STANDARD_OUTPUT = '-';

/** `keyturn report`: what an auditor needs to know about the access keys of an account. */
export function reportCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withAccess(
    new Command('report')
      .description(
        'Makes a report of the access keys of an AWS account: which there are, whether each was rotated in time, who ' +
          'changed what, and what happened without Keyturn. It changes nothing in the account. ' +
          'The managed policy KeyturnAuditor has every right that it needs.',
      )
      .option(
        '--since <date>',
        'first instant: 2026-01-31 or 2026-01-31T12:00:00Z, UTC (default: 365 days earlier)',
        instantOf,
      )
      .option('--until <date>', 'end, exclusive (default: now)', instantOf)
      .addOption(new Option('--format <format>', 'what to write').choices(REPORT_FORMATS).default('html'))
      .addOption(
        new Option('--table <name>', 'which table a CSV file holds (default: "access-keys")').choices(CSV_TABLE_NAMES),
      )
      .option(
        '--output <file>',
        'where to write it, or - for standard output (default: for html ' +
          'keyturn-report-<account>-<since>-<until>.html in this folder, otherwise -)',
      )
      .option('--force', 'replace the file if it exists')
      .option('--log-group <name>', 'log group of the audit record', AUDIT_LOG_GROUP)
      .option('--seal-key <arn...>', "KMS keys that sealed the record before the stack's present one")
      .option('--check', 'exit with 1 unless the report says compliant, with or without exceptions'),
  )
    .addHelpText('after', HELP)
    .action(async (options: ReportOptions, command: Command) => {
      ended(await report(options, command, terminal));
    });
}

const HELP = `
Exit codes: 0 when the report was written, 1 when it could not be written, and
with --check when it says neither compliant nor compliant with exceptions in
force; 2 asked for in a way that means nothing, 3 could not reach AWS.
What could not be read is in the report under its limits, and on standard error.
A CSV file holds one table: the verdict is in the table summary, the limits in
limits. When the document goes to standard output, both are on standard error.

Examples:
  keyturn report --profile audit --region eu-west-1
  keyturn report --since 2026-01-01 --until 2026-04-01 --output q1.html
  keyturn report --format csv --table changes > changes.csv
  keyturn report --format json --check > report.json`;

async function report(options: ReportOptions, command: Command, terminal: Terminal): Promise<number> {
  const { format, table, force = false, logGroup } = options;
  const { folder, stdout, stderr, time } = terminal;
  const tell = (text: string) => stderr.write(`${text}\n`);
  if (table !== undefined && format !== 'csv') command.error(`error: --table is for --format csv, not ${format}`);
  const period = periodOf(options, command, time.now());
  const wanted = options.output ?? (format === 'html' ? undefined : STANDARD_OUTPUT);
  if (wanted !== undefined && wanted !== STANDARD_OUTPUT) assertWritable(wanted, { folder, force });

  const made = await review({
    ...period,
    time,
    access: accessOf(options),
    logGroup,
    formerSealKeys: options.sealKey,
    onSource: (source, failure) => {
      if (failure !== undefined) tell(renderFailure(source, failure));
      else if (terminal.watched) tell(renderReading(source));
    },
  });
  const file = wanted ?? usualName(made);
  if (wanted === undefined) assertWritable(file, { folder, force });
  const text = await renderReport(made, format, table === undefined ? {} : { table });
  if (file === STANDARD_OUTPUT) {
    stdout.write(text);
    tell(renderSummary(made));
  } else {
    const path = writeWhole(file, text, { folder, force });
    stdout.write(`${renderVerdict(made, path, pathToFileURL(path).href)}\n`);
  }
  return options.check ? checkedCode(made.summary) : EXIT.fine;
}

/** The exit code for `--check`: an exception that is in force takes nothing from a yes. */
export function checkedCode({ verdict }: Pick<Report['summary'], 'verdict'>): number {
  return verdict === 'compliant' || verdict === 'compliant-with-exceptions' ? EXIT.fine : EXIT.problems;
}

function periodOf(options: ReportOptions, command: Command, now: Date): Period {
  const until = options.until ?? now;
  if (until > now) {
    command.error(`error: --until ${until.toISOString()} is in the future; expected ${now.toISOString()} or earlier`);
  }
  const since = options.since ?? after(until, -USUAL_PERIOD);
  if (since >= until) {
    command.error(
      `error: --since ${since.toISOString()} is not before ${options.until === undefined ? 'now' : '--until'} (${until.toISOString()}); expected an earlier date`,
    );
  }
  return { since, until };
}

/** For the page, which people open from a folder. */
function usualName({ account, since, until }: Report): string {
  return `keyturn-report-${account}-${since.slice(0, 10)}-${until.slice(0, 10)}.html`;
}
