import type { KeyFacts } from './key-facts';
import type { ExceptionKind, Verdict } from './model';
import type { Overlap } from './overlap';

/** An access key with what a control may ask about it. */
export interface JudgedKey extends KeyFacts {
  /** When the evidence was gathered; for a key that is gone, its end. */
  readonly now: Date;
  /** Whether there is a credential report. */
  readonly isReported: boolean;
  /** Active access keys of the same user. */
  readonly activeOfUser: number;
  /** With its successor, of a superseded key that is Active. */
  readonly overlap: Overlap | undefined;
  /** Why its user has two Active keys, where that is because one of them supersedes the other. */
  readonly changeover: { readonly older: KeyFacts; readonly overlap: Overlap } | undefined;
  /** Until when the first rotation of a managed key without one may come. */
  readonly firstRotationBy: Date | undefined;
}

/** What a key does not meet, and need not for a while. */
export interface GrantedException {
  readonly kind: ExceptionKind;
  readonly until: Date;
  /** What it is about: an access key, a managed key, or the place of an accepted one in its list. */
  readonly of: string;
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly why: string;
  /** With the verdict `exception`. */
  readonly exception?: GrantedException;
}

export function fail(why: string): Judgement {
  return { verdict: 'fail', why };
}

/** Of a key for which Keyturn only tells what it would do (K8 does not count for it). */
export const ONLY_OBSERVED = 'It is only observed: nothing rotates or retires it.';

export const NOT_THERE: Judgement = { verdict: 'not-applicable', why: 'It does not exist any more.' };
export const NOT_USABLE: Judgement = {
  verdict: 'not-applicable',
  why: 'It is Inactive: AWS accepts no request that is signed with it.',
};
const ROOTS: Judgement = { verdict: 'not-applicable', why: 'A key of the root user; another control is about those.' };

/** Why a control about keys of users that can be used is not about this one; undefined when it is. */
export function notJudged({ role, status, isRoot }: JudgedKey): Judgement | undefined {
  if (isRoot) return ROOTS;
  if (role === 'gone') return NOT_THERE;
  return status === 'Active' ? undefined : NOT_USABLE;
}
