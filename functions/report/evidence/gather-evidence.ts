import { NO_TERMS } from '../../core/config/audit-terms';
import { after, earliest, HOUR, SECOND } from '../../core/duration';
import { KeyturnError, toKeyturnError } from '../../core/errors';
import { AUDIT_TERMS_PARAMETER, SECRET_PREFIX } from '../../core/names';
import { askCloudTrail } from './cloudtrail';
import type { Evidence, EvidenceSource, JudgingTerms } from './evidence';
import { listKeys } from './list-keys';
import { listPolicies } from './list-policies';
import type { EvidencePorts } from './ports';

export interface Period {
  readonly since: Date;
  /** Exclusive. */
  readonly until: Date;
}

/** The record is read a little beyond the period: a run outlives an instant. */
const RECORD_MARGIN = 2 * HOUR;

const REPORT_TRIES = 15;
const REPORT_WAIT = 2 * SECOND;

/** What each source takes, for the one who is denied it. */
const PERMISSIONS: Readonly<Record<EvidenceSource, string>> = {
  'audit-record': 'logs:DescribeLogGroups and logs:FilterLogEvents',
  'provider-record': 'logs:FilterLogEvents and kms:GetPublicKey',
  'seal-key': 'kms:GetPublicKey',
  cloudtrail: 'cloudtrail:LookupEvents',
  'trail-files': 's3:ListBucket and s3:GetObject, and kms:Decrypt where a KMS key encrypts them,',
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
    return message;
  };
  const from = reader(onSource, failed);
  const sealKeys = from('seal-key', () => ports.sealKeys.read());
  const registry = from('registry', () => ports.registry.list());
  const secretsListed = from('secrets', () => ports.secrets.list(SECRET_PREFIX));
  const facts = from('deployment', () => ports.deployment.read());
  const recordUntil = earliest(after(until, RECORD_MARGIN), gatheredAt);
  const recordRead = sealKeys.then((sealedBy) =>
    from('audit-record', () => ports.record.read({ since, until: recordUntil, now: gatheredAt, sealedBy })),
  );
  // Stacks of this deployment that are gone are known from what sealed runs said of them.
  const formerStacks = recordRead.then((read) => [...(read?.seals?.stacks?.keys() ?? [])]);
  const asking = { ports, account, region, since, until, now: gatheredAt, from, failed, read: onSource, formerStacks };
  const [record, cloudTrail, credentialReport, listing, secrets, listed, terms, deployment, secretPolicies] =
    await Promise.all([
      recordRead,
      facts.then((deployed) => askCloudTrail(asking, deployed)),
      from('credential-report', () => credentialReportOf(ports)),
      registry,
      secretsListed,
      registry.then((known) => from('iam', () => listKeys(ports.iam, known?.entries))),
      from('audit-terms', async () => deployedTerms(await ports.terms.read(), (await recordRead)?.seals?.terms)),
      facts,
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
    provided: await providedOf(asking, deployment, recordUntil),
    ...cloudTrail,
    credentialReport,
    entries: listing?.entries,
    entriesChangedAt: listing?.changedAt,
    invalidEntries: (listing?.invalid ?? []).map(({ id, error }) => ({ id, message: error.message })),
    secrets,
    listedKeys: listed?.keys,
    ...(listed === undefined || listed.usersNotListed.length === 0 ? {} : { usersNotListed: listed.usersNotListed }),
    terms,
    deployment,
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

function reader(
  onSource: (source: EvidenceSource) => void,
  failed: (source: EvidenceSource, thrown: unknown) => string,
) {
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

/** Where there is an endpoint of a provider: it decides day by day, whether reports are read or not. */
async function providedOf(
  { ports, from, since }: { readonly ports: EvidencePorts; readonly from: From; readonly since: Date },
  deployment: Evidence['deployment'],
  until: Date,
): Promise<Evidence['provided']> {
  if (deployment?.things.provider === undefined) return undefined;
  return from('provider-record', () => ports.provided.read(since, until));
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

function reasonOf(source: EvidenceSource, thrown: unknown): string {
  const { code, message, cause } = toKeyturnError(thrown);
  if (code !== 'aws-denied') return message;
  const said = cause instanceof Error ? ` AWS says: ${cause.message}` : '';
  return `Access was denied. Reading it takes ${PERMISSIONS[source]}, which the managed policy KeyturnAuditor has.${said}`;
}
