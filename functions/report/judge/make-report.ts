import { AUDIT_TERMS_PARAMETER } from '../../core/names';
import type { Evidence } from '../evidence/evidence';
import { accessKeysOf } from './access-keys';
import { attentionOf } from './attention';
import { controlVerdictsOf } from './control-verdicts';
import { controlsOf } from './controls';
import { filterEvidence } from './evidence-filter';
import { exceptionsOf } from './exceptions';
import { gapsOf } from './gaps';
import { historiesOf } from './histories';
import { judgeKeys } from './judge-keys';
import { keyFactsOf } from './key-facts';
import { keysLeft } from './keys-left';
import { limitsOf } from './limits';
import { manifestItems } from './manifests';
import { REPORT_SCHEMA, type Report } from './model';
import { openFindings } from './open-findings';
import { ownChangeItems, ownChangesOf, writerOf } from './own-changes';
import { reconcile } from './reconcile';
import { attemptsOf, boundsOfIdleRuns, runTable } from './runs';
import { scopeOf } from './scope';
import { openSecretItems, secretReadersOf } from './secrets';
import { summaryOf } from './summary';
import { isWithin } from './time-bounds';
import { toldOf } from './told';
import { trailTampering } from './trail-proof';
import { trailSpansOf } from './trail-spans';
import { forgeries, unreadableLines } from './unreadable';

/** Judges the evidence: which keys there are, how they lived, who changed them, what is missing, and what that means. */
export function makeReport(gathered: Evidence): Report {
  const { evidence, forged } = filterEvidence(gathered);
  const { account, region, gatheredAt, gatheredBy, since, until, record, trail, terms } = evidence;
  const scope = scopeOf(evidence);
  const reconciliation = reconcile(evidence, scope);
  const ownChanges = ownChangesOf(evidence);
  const secretReaders = secretReadersOf(evidence);
  const managedKeys = historiesOf(evidence, scope, reconciliation.all, ownChanges);
  const wanted = controlsOf(terms?.frameworks);
  const judged = judgeKeys(evidence, wanted, keyFactsOf(evidence, scope, managedKeys));
  const accessKeys = accessKeysOf(evidence, judged);
  const controls = controlVerdictsOf(evidence, wanted, accessKeys);
  const limits = limitsOf(evidence, scope, reconciliation);
  const attempts = attemptsOf(evidence);
  const inPeriod = (record?.events ?? []).filter(({ time }) => isWithin(evidence, time));
  const findings = openFindings(inPeriod, attempts);
  const tampering = [...forgeries(evidence, forged), ...manifestItems(evidence), ...trailTampering(evidence)];
  const gaps = [...gapsOf(evidence, attempts), ...unreadableLines(evidence), ...tampering];
  const own = [...ownChangeItems(ownChanges ?? []), ...openSecretItems(secretReaders ?? [])];
  const attention = attentionOf(evidence, { accessKeys, managedKeys, controls, reconciliation, gaps, own, findings });
  const idle = boundsOfIdleRuns(attempts);
  const tables = {
    attention: [...attention],
    exceptions: [...exceptionsOf(evidence, judged, managedKeys, attention)],
    accessKeys: [...accessKeys],
    managedKeys: [...managedKeys],
    ...(managedKeys.length === 0 ? {} : { keysLeft: [...keysLeft(scope.keys, managedKeys, until)] }),
    changes: [...reconciliation.changes],
    ...(ownChanges === undefined ? {} : { ownChanges: [...ownChanges] }),
    ...(secretReaders === undefined ? {} : { secretReaders: [...secretReaders] }),
    ...(evidence.deployment === undefined
      ? {}
      : { rights: evidence.deployment.rights.map(({ may, who }) => ({ may, who: [...who] })) }),
    told: [...toldOf(inPeriod)],
    controls: [...controls],
    runs: runTable(attempts),
    // What a seal proves was proved when the record was read.
    events: inPeriod.filter(({ id }) => !idle.has(id)).map(({ seal: _seal, ...event }) => event),
  };
  const isDoubtful = reconciliation.changes.some(({ id }) => reconciliation.doubtful.has(id));
  return {
    schema: REPORT_SCHEMA,
    account,
    region,
    generatedAt: gatheredAt.toISOString(),
    generatedBy: gatheredBy,
    since: since.toISOString(),
    until: until.toISOString(),
    ...(terms?.frameworks === undefined ? {} : { frameworks: [...terms.frameworks] }),
    ...(terms?.changedAt === undefined ? {} : { termsChangedAt: terms.changedAt.toISOString() }),
    termsWritten: writerOf(ownChanges, AUDIT_TERMS_PARAMETER, terms?.changedAt),
    summary: summaryOf({ ...tables, limits, isDoubtful, trail }),
    limits: limits.map(({ source, message }) => ({ source, message })),
    trailSpans: trailSpansOf(evidence).map(({ isLost: _isLost, ...span }) => ({
      ...span,
      from: span.from.toISOString(),
      to: span.to.toISOString(),
    })),
    ...sealOf(record?.seals),
    ...tables,
  };
}

function sealOf(seals: NonNullable<Evidence['record']>['seals']): Pick<Report, 'seal'> {
  if (seals === undefined) return {};
  const { keys, events, since, before } = seals;
  return { seal: { keys: [...keys], events, since: since?.toISOString(), before } };
}
