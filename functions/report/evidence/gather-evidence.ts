import { NO_TERMS } from '../../core/config/audit-terms';
import { after, DAY, HOUR, latest, MINUTE, SECOND } from '../../core/duration';
import { KeyturnError, toKeyturnError } from '../../core/errors';
import { AUDIT_TERMS_PARAMETER, SECRET_PREFIX } from '../../core/names';
import type { Evidence, EvidenceSource, JudgingTerms, OwnHistory } from './evidence';
import { listKeys } from './list-keys';
import { listPolicies } from './list-policies';
import type { OwnStacks } from './own-change';
import type { EvidencePorts, TrailHistory } from './ports';

export interface Period {
  readonly since: Date;
  /** Exclusive. */
  readonly until: Date;
}

/**
 * The sources are asked for a little more than the period, so that a change at its edge meets its other half: their
 * clocks differ, and a run outlives an instant.
 */
const TRAIL_MARGIN = HOUR;
const RECORD_MARGIN = 2 * HOUR;
/** CloudTrail: its event history goes back 90 days. */
const HISTORY = 90 * DAY;
/** CloudTrail: a record shows in the event history after minutes; AWS names 15 at most in the usual case. */
const TRAIL_DELAY = 15 * MINUTE;

const REPORT_TRIES = 15;
const REPORT_WAIT = 2 * SECOND;

/** What each source takes, for the one who is denied it. */
const PERMISSIONS: Readonly<Record<EvidenceSource, string>> = {
  'audit-record': 'logs:DescribeLogGroups and logs:FilterLogEvents',
  'seal-key': 'kms:GetPublicKey',
  cloudtrail: 'cloudtrail:LookupEvents',
  'credential-report': 'iam:GenerateCredentialReport and iam:GetCredentialReport',
  iam: 'iam:ListAccessKeys',
  registry: 'ssm:GetParametersByPath',
  secrets: 'secretsmanager:ListSecrets',
  'audit-terms': 'ssm:GetParameter',
  deployment: 'ssm:GetParameter',
  'own-changes': 'cloudtrail:LookupEvents',
  'secret-policies': 'secretsmanager:GetResourcePolicy',
};

/** Reads a source; undefined where it cannot be read, which is told. */
type From = <Answer>(source: EvidenceSource, read: () => Promise<Answer>) => Promise<Answer | undefined>;

/**
 * Reads everything that a report is made from, and changes nothing. A source that cannot be read is a failure in the
 * evidence and stops no other (K11).
 *
 * @param onSource told when a source has been read, or could not be
 * @throws KeyturnError `aws-*` when it is not known which account this is
 */
export async function gatherEvidence(
  ports: EvidencePorts,
  { since, until }: Period,
  onSource: (source: EvidenceSource, failure?: string) => void = () => {},
): Promise<Evidence> {
  const { accountId: account, arn: gatheredBy, region } = await ports.caller.identify();
  const gatheredAt = ports.time.now();
  const failures: Evidence['failures'][number][] = [];
  const failed = (source: EvidenceSource, thrown: unknown) => {
    const message = reasonOf(source, thrown);
    failures.push({ source, message });
    onSource(source, message);
  };
  const from = reader(onSource, failed);
  const sealKeys = from('seal-key', () => ports.sealKeys.read());
  const registry = from('registry', () => ports.registry.list());
  const secretsListed = from('secrets', () => ports.secrets.list(SECRET_PREFIX));
  const trailRead = from('cloudtrail', () => trailOf(ports.trail, { since, until }, gatheredAt));
  const recordRead = sealKeys.then((sealedBy) =>
    from('audit-record', () =>
      ports.record.read({
        since,
        until: earliest(after(until, RECORD_MARGIN), gatheredAt),
        now: gatheredAt,
        sealedBy,
      }),
    ),
  );
  const [record, trail, credentialReport, listing, secrets, listed, terms, own, secretPolicies] = await Promise.all([
    recordRead,
    trailRead,
    from('credential-report', () => credentialReportOf(ports)),
    registry,
    secretsListed,
    registry.then((known) => from('iam', () => listKeys(ports.iam, known?.entries))),
    from('audit-terms', async () => deployedTerms(await ports.terms.read(), (await recordRead)?.seals?.terms)),
    ownOf(ports, from, { record: recordRead, trail: trailRead }, { since, until }, gatheredAt),
    Promise.all([secretsListed, registry]).then(
      ([known, managed]) =>
        known && from('secret-policies', () => listPolicies(ports.secretPolicies, known, managed?.entries)),
    ),
  ]);
  for (const failure of listed?.failures ?? []) failed('iam', failure);
  return {
    account,
    region,
    gatheredBy,
    gatheredAt,
    since,
    until,
    record,
    trail,
    credentialReport,
    entries: listing?.entries,
    entriesChangedAt: listing?.changedAt,
    invalidEntries: (listing?.invalid ?? []).map(({ id, error }) => ({ id, message: error.message })),
    secrets,
    listedKeys: listed?.keys,
    ...(listed === undefined || listed.usersNotListed.length === 0 ? {} : { usersNotListed: listed.usersNotListed }),
    terms,
    ...own,
    secretPolicies,
    failures,
  };
}

/**
 * What reports judge by, where a sealed run has the same from its deployment. Whoever may write the parameter could accept
 * what they like otherwise.
 *
 * @param said digest, as the last sealed run says it
 * @throws KeyturnError where it is another one, or nobody says it
 */
function deployedTerms(terms: JudgingTerms | undefined, said: string | undefined): JudgingTerms | undefined {
  const is = terms?.digest ?? NO_TERMS;
  if (is === said || (terms === undefined && said === undefined)) return terms;
  throw new KeyturnError(
    'invalid-config',
    said === undefined
      ? `No sealed run says what the deployment wrote into ${AUDIT_TERMS_PARAMETER}, so that anybody may have: what it accepts does not count.`
      : `${AUDIT_TERMS_PARAMETER} does not hold what the last sealed run has from its deployment: what it accepts does not count. ` +
          'Somebody wrote or deleted it by hand, or the stack was deployed within the last hour: then make the report again later.',
  );
}

function reader(onSource: (source: EvidenceSource) => void, failed: (source: EvidenceSource, thrown: unknown) => void) {
  const from: From = async (source, read) => {
    try {
      const answer = await read();
      onSource(source);
      return answer;
    } catch (thrown) {
      failed(source, thrown);
      return undefined;
    }
  };
  return from;
}

/** What the deployment says of itself, and what happened to it: without the one nobody knows what to look for. */
async function ownOf(
  { deployment: facts, trail }: EvidencePorts,
  from: From,
  before: { readonly record: Promise<Evidence['record']>; readonly trail: Promise<unknown> },
  period: Period,
  now: Date,
): Promise<Pick<Evidence, 'deployment' | 'ownHistory'>> {
  const deployment = await from('deployment', () => facts.read());
  // One after the other: the pace at which CloudTrail can be asked is the account's.
  await before.trail;
  if (deployment === undefined) return {};
  // Those that are gone are known from what sealed runs said of them.
  const said = (await before.record)?.seals?.stacks?.keys() ?? [];
  const { things } = deployment;
  const own = { ...things, stacks: [...new Set([...things.stacks, ...said])] };
  return { deployment, ownHistory: await from('own-changes', () => ownHistoryOf(trail, own, period, now)) };
}

async function trailOf(trail: TrailHistory, period: Period, now: Date): Promise<Evidence['trail']> {
  const { from, to } = reachOf(period, now);
  const writes = await trail.writes(from, to);
  return { from, to, writes: writes.filter(({ at }) => at >= from && at < to) };
}

async function ownHistoryOf(trail: TrailHistory, own: OwnStacks, period: Period, now: Date): Promise<OwnHistory> {
  const { from, to } = reachOf(period, now);
  return { from, to, ...(await trail.ownChanges(own, from, to)) };
}

/** What of a period CloudTrail's event history shows. @throws KeyturnError where that is nothing */
function reachOf({ since, until }: Period, now: Date): { readonly from: Date; readonly to: Date } {
  const from = latest(after(since, -TRAIL_MARGIN), after(now, -HISTORY));
  const to = earliest(after(until, TRAIL_MARGIN), after(now, -TRAIL_DELAY));
  if (from >= until || since >= to) {
    throw new KeyturnError(
      'aws-rejected',
      "cloudtrail:LookupEvents: CloudTrail's event history shows the last 90 days without the last 15 minutes, and the whole period is outside of them.",
    );
  }
  return { from, to };
}

async function credentialReportOf({ accountKeys, time }: EvidencePorts): Promise<Evidence['credentialReport']> {
  for (let tries = 0; tries < REPORT_TRIES; tries++) {
    const report = await accountKeys.credentialReport();
    if (report !== undefined) return report;
    await time.sleep(REPORT_WAIT);
  }
  throw new KeyturnError(
    'aws-uncertain',
    'iam:GenerateCredentialReport: IAM did not finish it in time. Make the report again in some minutes.',
    { retryable: true },
  );
}

function earliest(a: Date, b: Date): Date {
  return a < b ? a : b;
}

function reasonOf(source: EvidenceSource, thrown: unknown): string {
  const { code, message, cause } = toKeyturnError(thrown);
  if (code !== 'aws-denied') return message;
  const said = cause instanceof Error ? ` AWS says: ${cause.message}` : '';
  return `Access was denied. Reading it takes ${PERMISSIONS[source]}, which the managed policy KeyturnAuditor has.${said}`;
}
