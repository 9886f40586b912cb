import type { Added, Archive, Log, Notifier } from '../account/ports';
import { KeyturnError } from '../core/errors';
import { ARCHIVE_PREFIX } from '../core/names';
import { gatherEvidence } from './evidence/gather-evidence';
import type { EvidencePorts } from './evidence/ports';
import { makeReport } from './judge/make-report';
import type { Exception, Report } from './judge/model';
import { plural } from './judge/plural';
import type { Month } from './month';
import { renderReport } from './page/render';

export interface ReportPorts extends EvidencePorts {
  readonly archive: Archive;
  readonly notifier: Notifier;
}

const CONTENT_TYPES = {
  html: 'text/html; charset=utf-8',
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
} as const;
const FORMATS = ['html', 'json', 'csv'] as const;

/** Who has accepted what until when; the function's own log keeps it beside the report. */
type AcceptedOne = Pick<
  Exception,
  'isInForce' | 'key' | 'user' | 'controls' | 'approver' | 'reason' | 'approvedOn' | 'until'
>;

/** What the report function answers and logs. */
export interface ReportSummary {
  readonly month: string;
  readonly verdict: Report['summary']['verdict'];
  readonly attention: number;
  /** In force. */
  readonly exceptions: number;
  /** Every exception that the configuration accepts. */
  readonly accepted: readonly AcceptedOne[];
  readonly limits: number;
  /** Where the page is. */
  readonly page: string;
}

/**
 * Makes a month's report, puts it into the archive in every format, and tells people. Doing it again is safe: what is
 * there stays as it is, and the new report gets a name of its own.
 *
 * @throws KeyturnError when it could not be made, kept or told: Lambda tries again
 */
export async function writeReport(ports: ReportPorts, log: Log, month: Month): Promise<ReportSummary> {
  const evidence = await gatherEvidence(ports, month, (source, failure) => {
    if (failure !== undefined) log.warn('a source could not be read', { source, reason: failure });
  });
  const report = makeReport(evidence);
  const places = await keep(ports.archive, report, month);
  const [page = ''] = places;
  const { subject, text } = announcementOf(report, month, places);
  await ports.notifier.notify(subject, text);
  const { verdict } = report.summary;
  const summary = {
    month: month.name,
    verdict,
    attention: report.attention.length,
    exceptions: report.exceptions.filter(({ isInForce }) => isInForce).length,
    accepted: report.exceptions.flatMap(acceptedOne),
    limits: report.limits.length,
    page,
  };
  log.info('report written', { ...summary });
  return summary;
}

/** Reports of one month at most: each costs a request to find that its name is taken. */
const MOST_REPORTS = 1_000;

/**
 * Writes the report in every format, under the first name of which there is none in any: `keyturn-report`, and
 * `keyturn-report-2` and so on for what is made again. @returns where they are
 */
async function keep(archive: Archive, report: Report, month: Month): Promise<readonly string[]> {
  const folder = `${ARCHIVE_PREFIX.reports}${report.account}/${month.name}`;
  const contents = await Promise.all(FORMATS.map((format) => renderReport(report, format)));
  for (let number = 1; number <= MOST_REPORTS; number += 1) {
    const name = `${folder}/keyturn-report${number === 1 ? '' : `-${number}`}`;
    const added: Added[] = [];
    for (const [at, format] of FORMATS.entries()) {
      added.push(await archive.add(`${name}.${format}`, contents[at] ?? '', CONTENT_TYPES[format]));
      if (added.at(-1)?.wasThere === true) break;
    }
    if (added.every(({ wasThere }) => !wasThere)) return added.map(({ place }) => place);
  }
  throw new KeyturnError('unexpected', `${folder} has ${MOST_REPORTS} reports already. None is written over another.`);
}

const VERDICTS = {
  compliant: 'compliant',
  'compliant-with-exceptions': 'compliant',
  'not-compliant': 'NOT compliant',
  'cannot-tell': 'cannot tell',
} as const;

/** Most items that the message names; the report has them all. */
const MOST_NAMED = 10;

function announcementOf(report: Report, { name }: Month, places: readonly string[]) {
  const { account, summary, attention, limits } = report;
  const isExcepted = summary.verdict === 'compliant-with-exceptions';
  const but = isExcepted ? `, with ${plural(summary.exceptionsInForce, 'exception')} in force` : '';
  const subject = `Keyturn report ${name} of ${account}: ${VERDICTS[summary.verdict]}${but}`;
  const items = attention.length === 1 ? '1 item needs' : `${attention.length} items need`;
  const named = attention.slice(0, MOST_NAMED).map(({ severity, title }) => `- [${severity}] ${title}`);
  const more = attention.length > MOST_NAMED ? [`- and ${attention.length - MOST_NAMED} more`] : [];
  const text = [
    summary.headline,
    '',
    `${items} attention${attention.length === 0 ? '.' : ':'}`,
    ...named,
    ...more,
    ...exceptionLines(report),
    ...(limits.length === 0
      ? []
      : ['', 'What the report could not see:', ...limits.map(({ message }) => `- ${message}`)]),
    '',
    'The report:',
    ...places,
    '',
    `To fetch the page: aws s3 cp ${places[0]} .`,
  ].join('\n');
  return { subject, text };
}

function acceptedOne(exception: Exception): AcceptedOne[] {
  const { kind, isInForce, key, user, controls, approver, reason, approvedOn, until } = exception;
  return kind === 'accepted' ? [{ isInForce, key, user, controls, approver, reason, approvedOn, until }] : [];
}

/** Until when, and for accepted ones by whom: a mail has room for some, the report has them all. */
function exceptionLines({ exceptions }: Report): readonly string[] {
  const inForce = exceptions.filter(({ isInForce }) => isInForce);
  if (inForce.length === 0) return [];
  const lines = inForce.slice(0, MOST_NAMED).map(({ kind, key, user, accessKeyId, until, approver }) => {
    const who = [key ?? user, accessKeyId].filter((part) => part !== undefined).join(' ');
    return `- [${kind}] ${who}, until ${until.slice(0, 10)}${approver === undefined ? '' : `, accepted by ${approver}`}`;
  });
  const more = inForce.length > MOST_NAMED ? [`- and ${inForce.length - MOST_NAMED} more`] : [];
  return ['', 'Exceptions in force:', ...lines, ...more];
}
