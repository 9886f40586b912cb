import { bold, green, red } from 'yoctocolors';
import { DAY, HOUR, MINUTE } from '../../functions/core/duration';
import type { Verdict } from '../rehearsal/promises';
import type { FaultRow, FaultsReport, Report } from '../rehearsal/rehearse';
import { renderPromise } from './promise';
import { table } from './table';
import { renderWayOut } from './way-out';
import { counted, wrapped } from './wrapped';

/** What went wrong in a life, what came of it, and which promise held, for people. @param again the command for the same life */
export function renderFaultyLife(report: Report, again: string): string {
  const { days, managedKeys, start, seed, faults, promises, held } = report;
  if (faults === undefined) throw new Error('these days had no faults');
  return [
    bold(
      wrapped(
        `${counted(days, 'day')} of ${counted(managedKeys, 'managed key')} under faults, from ${start.slice(0, 10)} (seed ${seed})`,
      ),
    ),
    '',
    bold('What went wrong'),
    table(
      ['fault', 'what happens', 'times', 'in order again'],
      faults.kinds.map((row) => [row.kind, row.says, String(row.strikes).padStart(5), inOrder(row)]),
    ),
    wrapped(
      `In the last ${counted(faults.quietDays, 'day')} nothing went wrong, so that everything could come into order.`,
    ),
    '',
    bold('Pipelines'),
    ...pipelines(report, faults),
    '',
    bold('Runs'),
    wrapped(
      `${counted(report.runs, 'function run')} with ${counted(report.awsCalls, 'AWS call')}; ${report.passedOver} hourly ones were passed over, because they could find nothing new. ${counted(report.rotations, 'rotation')}, ${counted(report.deliveries, 'delivery', 'deliveries')}, ${counted(report.deactivations, 'deactivation')}, ${counted(report.deletions, 'deletion')}, ${counted(report.findings, 'finding')}. Simulated in ${report.realSeconds} s.`,
    ),
    '',
    bold('Promises'),
    ...promises.flatMap(renderPromise),
    ...renderWayOut(report.wayOut),
    '',
    ...(held ? proved(report) : broken(promises, faults)),
    '',
    bold('The same days again'),
    again,
  ].join('\n');
}

/** Roughly, for a column of 14. */
function inOrder({ strikes, inOrderWithin = 0, isInOrder }: FaultRow): string {
  if (strikes === 0) return 'not met';
  if (!isInOrder) return red('not yet');
  if (inOrderWithin < MINUTE) return 'at once';
  if (inOrderWithin <= HOUR) return 'within an hour';
  return inOrderWithin <= 2 * DAY
    ? `in ${Math.ceil(inOrderWithin / HOUR)} hours`
    : `in ${Math.ceil(inOrderWithin / DAY)} days`;
}

function pipelines({ pipelineLogins, pipelineLoginFailures }: Report, faults: FaultsReport): readonly string[] {
  const { torn, edited } = faults.excusedPipelines;
  const minutes = Math.ceil(faults.longestTornMilliseconds / MINUTE);
  return [
    `${counted(pipelineLogins, 'login')}, ${pipelineLoginFailures} failed.`,
    wrapped(
      `${counted(torn, 'pipeline')} found a pair torn, of which one half was refused or not reached: for ${counted(minutes, 'minute')} at most.`,
    ),
    wrapped(
      `${counted(edited, 'pipeline')} found a variable as somebody had edited it, before the daily look put it right.`,
    ),
    'No login with a dead key is excused by anything.',
  ];
}

function proved({ seed, faults, managedKeys, days }: Report): readonly string[] {
  const met = faults?.kinds.filter(({ strikes }) => strikes > 0).length ?? 0;
  const all = faults?.kinds.length ?? 0;
  return [
    green(bold('Every promise held.')),
    wrapped(
      `This proves that the functions of this very configuration, as they would be deployed, kept ${managedKeys === 1 ? 'the key' : `${managedKeys} keys`} alive for ${days} days through ${met} of ${all} kinds of faults, at the moments that the seed ${seed} has drawn. It is no proof of other moments: other seeds live other days. It says nothing of how long real AWS or a real host needs, of permissions (K12), or of what a pipeline of yours does with a key that it has read.`,
    ),
  ];
}

function broken(promises: readonly Verdict[], { violations }: FaultsReport): readonly string[] {
  const names = promises.filter(({ held }) => !held).map(({ promise }) => promise);
  const [first] = violations;
  return [
    red(bold(`Broken: ${names.join(', ')}.`)),
    ...(first === undefined
      ? []
      : [
          wrapped(
            `First, on ${first.at.slice(0, 19).replace('T', ' ')} UTC (${first.promise}, ${first.key ?? 'no single key'}): ${first.message}.`,
          ),
        ]),
  ];
}
