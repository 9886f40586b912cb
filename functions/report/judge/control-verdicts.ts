import type { Evidence } from '../evidence/evidence';
import { CONTROLS, type Control } from './controls';
import type { AccessKeyLine, ControlVerdict, Verdict } from './model';

/** Each control with how many keys pass it and fail it. One key that fails is enough; a pass needs all of the evidence. */
export function controlVerdictsOf(evidence: Evidence, keys: readonly AccessKeyLine[]): readonly ControlVerdict[] {
  return CONTROLS.map(({ judge: _, ...control }) => {
    const count = (verdict: Verdict) =>
      keys.filter(({ controls }) =>
        controls.some((result) => result.control === control.id && result.verdict === verdict),
      ).length;
    const [passed, failed, unknown, notApplicable] = [
      count('pass'),
      count('fail'),
      count('unknown'),
      count('not-applicable'),
    ];
    return {
      ...control,
      verdict: verdictOf(control, evidence, { passed, failed, unknown }),
      passed,
      failed,
      notApplicable,
      unknown,
    };
  });
}

function verdictOf(
  { id }: Omit<Control, 'judge'>,
  { credentialReport }: Evidence,
  { passed, failed, unknown }: { readonly passed: number; readonly failed: number; readonly unknown: number },
): Verdict {
  if (failed > 0) return 'fail';
  // Without the credential report there may be keys that nobody has looked at.
  if (unknown > 0 || credentialReport === undefined) return 'unknown';
  if (id === 'cis-1.4') return credentialReport.principals.some(({ isRoot }) => isRoot) ? 'pass' : 'unknown';
  return passed > 0 ? 'pass' : 'not-applicable';
}
