import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bold } from 'yoctocolors';
import { KeyturnError } from '../../functions/core/errors';
import type { Period } from '../../functions/report/evidence/gather-evidence';
import type { Report } from '../../functions/report/judge/model';
import { renderReport } from '../../functions/report/page/render';
import type { World } from '../../local/world';
import { SIMULATE_SCHEMA } from '../documents/simulate';
import { Progress } from '../render/progress';
import { renderNaive, renderRehearsal, renderSaved, renderServing } from '../render/rehearsal';
import { renderFaultyLife } from '../render/rehearsal-faults';
import { renderVerdict } from '../render/review';
import { writeWhole } from '../report-file';
import { review } from '../review';
import type { Terminal } from '../terminal';
import { FAULT_KINDS } from './faults/kinds';
import { rehearseNaively } from './naive';
import { rehearse } from './rehearse';
import { type SavedArchive, saveArchive } from './save-archive';
import { serve } from './serve';
import { reportFileOf, type SimulateOptions } from './simulate-options';

/** What three literal rules do. @returns the exit code: 0 when they meet IAM's limit */
export async function simulateNaively({ days, seed, json }: SimulateOptions, { stdout }: Terminal): Promise<number> {
  const report = await rehearseNaively({ days: Math.max(days, 600), seed });
  stdout.write(`${json ? JSON.stringify(report, undefined, 2) : renderNaive(report)}\n`);
  return report.failure === undefined ? 1 : 0;
}

/** Keeps a synthesized stack running, deployed, until somebody ends it. @returns the exit code */
export async function simulateServing(
  { seed, json }: SimulateOptions,
  cdkOut: string,
  { stdout }: Terminal,
): Promise<number> {
  const serving = await serve({ cdkOut, seed });
  stdout.write(`${json ? JSON.stringify(serving.addresses, undefined, 2) : renderServing(serving.addresses)}\n`);
  await serving.ended;
  return 0;
}

/** Lives through the days of a synthesized stack. @returns the exit code */
export async function simulateDays(options: SimulateOptions, cdkOut: string, terminal: Terminal): Promise<number> {
  const { days, seed, json, reportFormat } = options;
  const { folder, stderr, watched, stdout } = terminal;
  const progress = new Progress(json !== true && watched ? stderr : undefined);
  const written: { verdict?: string; reportFile?: string; bucket?: string; archive?: SavedArchive } = {};
  const rehearsal = await rehearse({
    cdkOut,
    days,
    seed,
    configuration: configurationOf(options, terminal),
    everyHour: options.everyHour === true,
    faults: options.faults,
    onDeployed: ({ ArchiveBucketName }) => {
      written.bucket = bucketOf(options, ArchiveBucketName);
    },
    onDay: (day) => progress.show(day, days),
    onEnd: async (world, lived) => {
      progress.end();
      const report = await reviewWorld(world, lived);
      written.reportFile = writeWhole(reportFileOf(options), await renderReport(report, reportFormat), {
        folder,
        force: true,
      });
      written.verdict = renderVerdict(report, written.reportFile, pathToFileURL(written.reportFile).href);
      const { bucket } = written;
      if (bucket !== undefined) written.archive = await saveArchive(world, bucket, options.archive ?? '', folder);
    },
  });
  const { verdict, reportFile, archive } = written;
  const again = commandOf(options);
  const text = json
    ? JSON.stringify({ schema: SIMULATE_SCHEMA, ...rehearsal, again, reportFile, archive }, undefined, 2)
    : `${options.faults ? renderFaultyLife(rehearsal, again) : renderRehearsal(rehearsal)}\n\n${bold('Report')}\n${verdict}${archive ? renderSaved(archive) : ''}`;
  stdout.write(`${text}\n`);
  return rehearsal.held ? 0 : 1;
}

/** A changed text is synthesized as a file that somebody has saved. */
function configurationOf({ config }: SimulateOptions, { folder, synthesize }: Terminal) {
  const saved = async (text: string) => {
    const own = mkdtempSync(join(tmpdir(), 'keyturn-changed-'));
    try {
      writeFileSync(join(own, 'keyturn.yaml'), text);
      return await synthesize('keyturn.yaml', own);
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  };
  return { text: readFileSync(resolve(folder, config), 'utf8'), synthesize: saved };
}

/** What lives the same days again. */
function commandOf({ config, days, seed, faults }: SimulateOptions): string {
  const kinds = faults === undefined || faults.length === FAULT_KINDS.length ? [] : [faults.join(',')];
  return [
    ...['keyturn', 'simulate', '-c', quoted(config), ...(faults ? ['--faults', ...kinds] : [])],
    ...['--days', String(days), '--seed', quoted(seed)],
  ].join(' ');
}

function quoted(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
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
