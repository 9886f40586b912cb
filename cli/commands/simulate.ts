import { pathToFileURL } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { bold } from 'yoctocolors';
import { KeyturnError } from '../../functions/core/errors';
import type { Period } from '../../functions/report/evidence/gather-evidence';
import type { Report } from '../../functions/report/judge/model';
import { REPORT_FORMATS, type ReportFormat, renderReport } from '../../functions/report/page/render';
import type { World } from '../../local/world';
import { rehearseNaively } from '../rehearsal/naive';
import { rehearse } from '../rehearsal/rehearse';
import { assertEmpty, type SavedArchive, saveArchive } from '../rehearsal/save-archive';
import { serve } from '../rehearsal/serve';
import { Progress } from '../render/progress';
import { renderNaive, renderRehearsal, renderSaved, renderServing } from '../render/rehearsal';
import { renderVerdict } from '../render/review';
import { assertWritable, writeWhole } from '../report-file';
import { review } from '../review';
import type { Terminal } from '../terminal';

interface SimulateOptions {
  readonly days: number;
  readonly config: string;
  readonly seed: string;
  readonly report?: string;
  readonly reportFormat: ReportFormat;
  readonly archive?: string;
  readonly json?: true;
  readonly serve?: true;
  readonly naive?: true;
  readonly everyHour?: true;
}

/** `npm start`: the stack, deployed into a local account and lived through on a clock of its own. */
export function simulateCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return new Command('simulate')
    .description(
      'Deploys the stack into a local AWS account and Bitbucket, lives through the days, and checks every promise. ' +
        'Needs no AWS account, no Docker and no network.',
    )
    .option('--days <days>', 'how many days to live through', wholeDays, 400)
    .option('--config <file>', 'the configuration to deploy', 'docs/examples/keyturn.yaml')
    .option('--seed <seed>', 'what chance is drawn from: pipelines, latencies, key IDs', 'keyturn')
    .option('--report <file>', 'where to write the report of these days (default: "keyturn-report." and its format)')
    .addOption(new Option('--report-format <format>', 'what to write it as').choices(REPORT_FORMATS).default('html'))
    .option('--archive <folder>', 'where to copy the archive of these days, for "keyturn verify"; needs audit.archive')
    .option('--every-hour', 'make every hourly run, also those that cannot find anything new')
    .option('--json', 'print one JSON document and nothing else')
    .option('--serve', 'keep the local account and Bitbucket running, to look around with the aws command')
    .option('--naive', 'show what three literal rules do: rate(90 days), rate(100 days), rate(110 days)')
    .action(async (options: SimulateOptions) => {
      ended(await simulate(options, terminal));
    });
}

/** @returns the exit code: 0 when every promise held */
async function simulate(options: SimulateOptions, terminal: Terminal): Promise<number> {
  const { days, seed, json } = options;
  const { folder, stderr, watched } = terminal;
  const print = (text: string) => terminal.stdout.write(`${text}\n`);
  if (options.naive) {
    const report = await rehearseNaively({ days: Math.max(days, 600), seed });
    print(json ? JSON.stringify(report, undefined, 2) : renderNaive(report));
    return report.failure === undefined ? 1 : 0;
  }
  if (!options.serve) assertWritable(reportOf(options), { folder, force: true, option: '--report' });
  assertEmpty(options.archive, folder);
  // A program that reads a document is told nothing else; people wait for seconds, and should know for what.
  if (json !== true || watched) stderr.write(`Synthesizing ${options.config}…\n`);
  const cdkOut = await terminal.synthesize(options.config, folder);
  if (options.serve) {
    const serving = await serve({ cdkOut, seed });
    print(json ? JSON.stringify(serving.addresses, undefined, 2) : renderServing(serving.addresses));
    await serving.ended;
    return 0;
  }
  return live(options, cdkOut, terminal);
}

/** Lives through the days of a synthesized stack. @returns the exit code */
async function live(options: SimulateOptions, cdkOut: string, terminal: Terminal): Promise<number> {
  const { days, seed, json, reportFormat } = options;
  const { folder, stderr, watched, stdout } = terminal;
  const progress = new Progress(json !== true && watched ? stderr : undefined);
  const written: { verdict?: string; reportFile?: string; bucket?: string; archive?: SavedArchive } = {};
  const rehearsal = await rehearse({
    cdkOut,
    days,
    seed,
    everyHour: options.everyHour === true,
    onDeployed: ({ ArchiveBucketName }) => {
      written.bucket = bucketOf(options, ArchiveBucketName);
    },
    onDay: (day) => progress.show(day, days),
    onEnd: async (world, lived) => {
      progress.end();
      const report = await reviewWorld(world, lived);
      written.reportFile = writeWhole(reportOf(options), await renderReport(report, reportFormat), folder);
      written.verdict = renderVerdict(report, written.reportFile, pathToFileURL(written.reportFile).href);
      const { bucket } = written;
      if (bucket !== undefined) written.archive = await saveArchive(world, bucket, options.archive ?? '', folder);
    },
  });
  const { verdict, reportFile, archive } = written;
  const text = json
    ? JSON.stringify({ ...rehearsal, reportFile, archive }, undefined, 2)
    : `${renderRehearsal(rehearsal)}\n\n${bold('Report')}\n${verdict}${archive ? renderSaved(archive) : ''}`;
  stdout.write(`${text}\n`);
  return rehearsal.held ? 0 : 1;
}

function reportOf({ reportFormat, report = `keyturn-report.${reportFormat}` }: SimulateOptions): string {
  return report;
}

/** The bucket that is to be copied from, if any. @throws KeyturnError when the stack has none */
function bucketOf({ archive }: SimulateOptions, name: string | undefined): string | undefined {
  if (archive === undefined || name !== undefined) return archive && name;
  throw new KeyturnError(
    'invalid-request',
    '--archive: the configuration has no audit.archive; docs/examples/archive.yaml has one.',
  );
}

/** The report of the days, as an auditor makes it: over HTTP, with the rights of the account's administrator. */
export async function reviewWorld({ account, accountUrl, clock }: World, lived: Period): Promise<Report> {
  const { accessKeyId, secretAccessKey, sessionToken } = account.rootSession();
  return review({
    ...lived,
    access: {
      endpoint: accountUrl,
      region: account.region,
      credentials: { accessKeyId, secretAccessKey, sessionToken },
    },
    // The world stands still while it is looked at, and has nothing to be waited for.
    time: { now: () => new Date(clock.now()), sleep: async () => {} },
  });
}

function wholeDays(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('expected a whole number of days, at least 1.');
  return Number(text);
}
