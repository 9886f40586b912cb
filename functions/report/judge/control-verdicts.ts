import type { Evidence } from '../evidence/evidence';
import type { Control } from './controls';
import type { AccessKeyLine, ControlVerdict, Verdict } from './model';

type Counts = Pick<ControlVerdict, 'passed' | 'excepted' | 'failed' | 'notApplicable' | 'unknown'>;

/** Each control with how many keys pass it and fail it. One key that fails is enough; a pass needs all of the evidence. */
export function controlVerdictsOf(
  evidence: Evidence,
  controls: readonly Control[],
  keys: readonly AccessKeyLine[],
): readonly ControlVerdict[] {
  return controls.map(({ judge: _judge, numbers: _numbers, ...control }) => {
    const count = (verdict: Verdict) =>
      keys.filter(({ controls: results }) =>
        results.some((result) => result.control === control.id && result.verdict === verdict),
      ).length;
    const counts: Counts = {
      passed: count('pass'),
      excepted: count('exception'),
      failed: count('fail'),
      notApplicable: count('not-applicable'),
      unknown: count('unknown'),
    };
    return { ...control, verdict: verdictOf(control, evidence, counts), ...counts };
  });
}

function verdictOf(
  { id }: Pick<ControlVerdict, 'id'>,
  { credentialReport }: Evidence,
  { passed, excepted, failed, unknown }: Counts,
): Verdict {
  if (failed > 0) return 'fail';
  // Without the credential report there may be keys that nobody has looked at.
  if (unknown > 0 || credentialReport === undefined) return 'unknown';
  if (excepted > 0) return 'exception';
  if (id === 'cis-1.4') return credentialReport.principals.some(({ isRoot }) => isRoot) ? 'pass' : 'unknown';
  return passed > 0 ? 'pass' : 'not-applicable';
}
