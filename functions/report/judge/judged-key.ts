import type { KeyFacts } from './key-facts';
import type { Verdict } from './model';

/** An access key with what a control may ask about it. */
export interface JudgedKey extends KeyFacts {
  /** When the evidence was gathered; for a key that is gone, its end. */
  readonly now: Date;
  /** Whether there is a credential report. */
  readonly isReported: boolean;
  /** Active access keys of the same user. */
  readonly activeOfUser: number;
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly why: string;
}

export const NOT_THERE: Judgement = { verdict: 'not-applicable', why: 'It does not exist any more.' };
export const NOT_USABLE: Judgement = { verdict: 'not-applicable', why: 'It is Inactive: nobody can use it.' };
const ROOTS: Judgement = { verdict: 'not-applicable', why: 'A key of the root user; another control is about those.' };

/** Why a control about keys of users that can be used is not about this one; undefined when it is. */
export function notJudged({ role, status, isRoot }: JudgedKey): Judgement | undefined {
  if (isRoot) return ROOTS;
  if (role === 'gone') return NOT_THERE;
  return status === 'Active' ? undefined : NOT_USABLE;
}
