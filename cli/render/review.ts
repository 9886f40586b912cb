import { bold, dim, green, red, yellow } from 'yoctocolors';
import type { EvidenceSource } from '../../functions/report/evidence/evidence';
import type { Report } from '../../functions/report/judge/model';
import { wrapped } from './wrapped';

const SOURCES: Readonly<Record<EvidenceSource, string>> = {
  'audit-record': 'the audit record',
  'provider-record': "what the provider's endpoint recorded",
  'seal-key': 'the public key of its seal',
  cloudtrail: "CloudTrail's event history",
  'trail-files': "the trail's files",
  'credential-report': 'the IAM credential report',
  iam: 'the access keys of the managed users',
  registry: 'the registry',
  secrets: 'the list of secrets',
  'audit-terms': 'the chosen frameworks and accepted exceptions',
  deployment: 'what the deployment says of itself',
  'own-changes': 'the changes to Keyturn itself',
  'secret-policies': 'who may read the secrets',
};

const COLOUR = {
  compliant: green,
  'compliant-with-exceptions': green,
  'not-compliant': red,
  'cannot-tell': yellow,
} as const;

export function renderReading(source: EvidenceSource): string {
  return dim(`Read ${SOURCES[source]}.`);
}

export function renderFailure(source: EvidenceSource, failure: string): string {
  return `${yellow(`Could not read ${SOURCES[source]}.`)} ${failure}`;
}

/** What a report says, for whoever sees its document, or one table of it, go by. */
export function renderSummary(report: Report): string {
  const limits = report.limits.map(({ source, message }) => `${yellow(source)}: ${message}`);
  return [verdictOf(report), ...limits].join('\n');
}

/** What a report says in one look, and where it is. */
export function renderVerdict(report: Report, path: string, url: string): string {
  return [verdictOf(report, wrapped), path, url].join('\n');
}

function verdictOf({ summary, attention, limits }: Report, inLines = (text: string) => text): string {
  const items = attention.length === 1 ? '1 item needs' : `${attention.length} items need`;
  const unseen =
    limits.length === 0
      ? ''
      : ` It names ${limits.length} ${limits.length === 1 ? 'thing' : 'things'} that it could not see.`;
  return [COLOUR[summary.verdict](bold(inLines(summary.headline))), `${items} attention.${unseen}`].join('\n');
}
