import type { ControlId, Framework } from './audit-terms';
import type { Policy } from './policy';

/** Days on which keys are short of a control: usually, and where a deactivation is held to its limit. */
export interface Days {
  readonly usual: number;
  readonly atMost: number;
}

/** A control that a policy is short of on some days, and on how many. */
export interface Shortfall {
  readonly control: ControlId;
  /** Those that have the control. */
  readonly frameworks: readonly Framework[];
  /** Name and number of the control, as people know it. */
  readonly name: string;
  /** What is so on these days. */
  readonly what: string;
  /**
   * What a report says on these days: `exception` for the overlap of a rotation within its dates, which nobody has to
   * accept; `fail` where the policy itself asks for less than the control.
   */
  readonly verdict: 'exception' | 'fail';
  /** Of the life of each key; one is made every `rotateAfter` days. */
  readonly perKey: Days;
  /** Of 365 days of one managed user. */
  readonly perYear: Days;
}

const CIS = 'CIS AWS Foundations Benchmark';
const CIS_TO_6: readonly Framework[] = ['cis-2.0', 'cis-3.0', 'cis-4.0', 'cis-5.0', 'cis-6.0'];
/** Days after which CIS asks for a rotation (1.14). */
const CIS_ROTATED = 90;
/** What is due may wait for the run of the next day. */
const RUN = 1;
const YEAR = 365;

/**
 * The controls whose words a policy does not meet on every day, taken to the hour; empty where it meets all of them. The
 * controls about the organization's own period (PCI DSS 8.6.3, NIST IA-5) are met by any sound policy, and those about
 * unused keys by none.
 *
 * @param policy a sound one (`policyProblems`)
 * @param frameworks those that count. @default - all of them
 */
export function shortfallsOf(policy: Policy, frameworks?: readonly Framework[]): readonly Shortfall[] {
  return [rotatedWithin90(policy), oneActiveKey(policy)].filter(
    (one) =>
      one.perKey.atMost > 0 &&
      (frameworks === undefined || one.frameworks.some((framework) => frameworks.includes(framework))),
  );
}

/** A superseded key that is still Active counts. */
function rotatedWithin90(policy: Policy): Shortfall {
  const days = activeBeyond(policy, CIS_ROTATED);
  return {
    control: 'cis-1.14',
    frameworks: [...CIS_TO_6, 'cis-7.0'],
    name: `${CIS} 1.14, access keys are rotated every 90 days or less`,
    what: 'a key is still Active that is older than 90 days',
    verdict: policy.rotateAfter > CIS_ROTATED ? 'fail' : 'exception',
    perKey: days,
    perYear: inAYear(policy, days),
  };
}

/** No rotation without an interruption meets it at every instant. */
function oneActiveKey(policy: Policy): Shortfall {
  const days = activeBeyond(policy, policy.rotateAfter);
  return {
    control: 'cis-1.13',
    frameworks: CIS_TO_6,
    name: `${CIS} 1.13, one active access key a user`,
    what: 'a user has two Active keys, while pipelines change over',
    verdict: 'exception',
    perKey: days,
    perYear: inAYear(policy, days),
  };
}

/** For how long a key is Active at an age above so many days. */
function activeBeyond({ deactivateAfter, holdLimit }: Policy, age: number): Days {
  return { usual: Math.max(0, deactivateAfter - age), atMost: Math.max(0, deactivateAfter + holdLimit + RUN - age) };
}

/** A key goes before the next rotation is due, so no day counts twice. */
function inAYear({ rotateAfter }: Policy, { usual, atMost }: Days): Days {
  const share = (days: number) => Math.min(YEAR, Math.round((days * YEAR) / rotateAfter));
  return { usual: share(usual), atMost: share(atMost) };
}

/** A shortfall as a sentence: `…: a key is still Active that is older than 90 days, on 10 days of each 90 (41 of a year)…` */
export function shortfallInWords({ name, what, perKey, perYear, verdict }: Shortfall, { rotateAfter }: Policy): string {
  const usual =
    perKey.usual === 0
      ? 'on no usual day'
      : `on ${days(perKey.usual)} of each ${rotateAfter} (${perYear.usual} of a year)`;
  const held = `on ${days(perKey.atMost)} at most when a deactivation is held to its limit (${perYear.atMost} of a year)`;
  const reports = verdict === 'fail' ? 'reports say fail' : 'reports count these days as exceptions, each with its end';
  return `${name}: ${what}, ${usual}, ${held}; ${reports}.`;
}

function days(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}
