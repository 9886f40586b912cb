import type { ControlId } from '../../core/config/audit-terms';
import { termOf } from '../../core/config/audit-terms';
import type { Exemption } from '../../core/key/exemption';
import type { Evidence } from '../evidence/evidence';
import { groupBy } from '../group-by';
import type { Control } from './controls';
import { acceptedWords, excuseOf, exemptionsIn } from './exempt';
import { firstRotationBy } from './first-rotation';
import type { JudgedKey, Judgement } from './judged-key';
import type { KeyFacts } from './key-facts';
import { overlapOf } from './overlap';

/** An access key with what each control says of it. */
export interface KeyJudgements {
  readonly key: JudgedKey;
  readonly judgements: readonly (Judgement & { readonly control: ControlId })[];
}

/** Judges every access key against every control, and takes account of what was accepted. */
export function judgeKeys(
  evidence: Evidence,
  controls: readonly Control[],
  facts: readonly KeyFacts[],
): readonly KeyJudgements[] {
  const ofUser = groupBy(facts, ({ user }) => user);
  const exemptions = exemptionsIn(evidence);
  return facts.map((about) => {
    const key = judgedKey(evidence, about, ofUser.get(about.user) ?? []);
    const judgements = controls.map(({ id, judge }) => ({
      control: id,
      ...exempted(evidence, exemptions, key, id, accepted(evidence, key, id, judge(key))),
    }));
    return { key, judgements };
  });
}

function judgedKey(evidence: Evidence, key: KeyFacts, ofUser: readonly KeyFacts[]): JudgedKey {
  const { gatheredAt } = evidence;
  const active = ofUser.filter(({ status }) => status === 'Active');
  const overlap = overlapOf(key, gatheredAt);
  return {
    ...key,
    now: key.endedAt ?? gatheredAt,
    isReported: evidence.credentialReport !== undefined,
    activeOfUser: active.length,
    overlap,
    changeover: changeoverOf(active, gatheredAt),
    firstRotationBy: key.managed === undefined ? undefined : firstRotationBy(key.managed),
  };
}

/** The current key and the one before it: no other pair of Active keys is a rotation's. */
function changeoverOf(active: readonly KeyFacts[], now: Date): JudgedKey['changeover'] {
  if (active.length !== 2 || !active.some(({ role }) => role === 'current')) return undefined;
  for (const older of active) {
    const overlap = overlapOf(older, now);
    if (overlap !== undefined) return { older, overlap };
  }
  return undefined;
}

/** The same of what was accepted by a request, as the sealed record has it. */
function exempted(
  evidence: Evidence,
  exemptions: readonly Exemption[],
  key: JudgedKey,
  control: ControlId,
  own: Judgement,
): Judgement {
  if (own.verdict !== 'fail' && own.verdict !== 'unknown') return own;
  const exemption = excuseOf(evidence, exemptions, key, control, own);
  if (exemption === undefined) return own;
  const { event: of, until } = exemption;
  return {
    verdict: 'exception',
    why: `${own.why} ${acceptedWords(exemption)}`,
    exception: { kind: 'accepted', until, of },
  };
}

/** An accepted exception that counts now takes the place of what a control misses, or cannot tell. */
function accepted({ terms, gatheredAt }: Evidence, key: JudgedKey, control: ControlId, own: Judgement): Judgement {
  if (own.verdict !== 'fail' && own.verdict !== 'unknown') return own;
  const index = (terms?.exceptions ?? []).findIndex((exception) => {
    const { from, to } = termOf(exception);
    const isAbout = exception.key === undefined ? exception.user === key.user : exception.key === key.managed?.key;
    return isAbout && exception.control === control && from <= gatheredAt && gatheredAt < to;
  });
  const exception = terms?.exceptions[index];
  if (exception === undefined) return own;
  const why = `${own.why} Accepted by ${exception.approver} until ${exception.until}: ${exception.reason}`;
  const until = termOf(exception).to;
  return { verdict: 'exception', why, exception: { kind: 'accepted', until, of: String(index + 1) } };
}
