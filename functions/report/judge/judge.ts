import { after, DAY, daysBetween } from '../../core/duration';
import { retirementAges } from '../../core/lifecycle/retirement';
import type { KeyFacts } from './key-facts';
import { supersededAt } from './lives';
import type { Verdict } from './model';
import { plural } from './plural';
import { ONE_RUN } from './time-bounds';

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

const NOT_THERE: Judgement = { verdict: 'not-applicable', why: 'It does not exist any more.' };
const NOT_USABLE: Judgement = { verdict: 'not-applicable', why: 'It is Inactive: nobody can use it.' };
const ROOTS: Judgement = { verdict: 'not-applicable', why: 'A key of the root user; another control is about those.' };

/** The days after which CIS asks for a rotation, and for an unused key to be disabled. */
const CIS_ROTATED = 90;
const CIS_UNUSED = 45;
/** PCI DSS 8.2.6. */
const PCI_UNUSED = 90;

/** No root access key, of whatever status: an Inactive one counts in `AccountAccessKeysPresent`. */
export function noRootKey({ isRoot, status }: JudgedKey): Judgement {
  if (!isRoot) return { verdict: 'not-applicable', why: 'Not a key of the root user.' };
  return { verdict: 'fail', why: `The root user has an access key (${status}). Delete it.` };
}

/** Whole days, as the IAM console counts them: the benchmark's own procedure passes a key on its 90th day and after, up to 91 days. */
export function rotatedWithin90(key: JudgedKey): Judgement {
  const unusable = notJudged(key);
  if (unusable !== undefined) return unusable;
  const { createdAt, now, managed } = key;
  if (createdAt === undefined) return { verdict: 'unknown', why: 'Its creation is not known.' };
  const days = daysBetween(createdAt, now);
  const policy = managed?.entry?.policy;
  if (days > CIS_ROTATED) {
    const why = `Active at ${plural(days, 'day')}.`;
    if (policy === undefined || key.role === 'foreign') return { verdict: 'fail', why };
    const { deactivateAfter, holdLimit } = policy;
    return {
      verdict: 'fail',
      why:
        `${why} ${stayUntil(key)} A policy with deactivateAfter of at most ${CIS_ROTATED} passes, such as rotateAfter 75, ` +
        `deactivateAfter 85, deleteAfter 95${deactivateAfter + holdLimit > CIS_ROTATED ? '; with holdLimit 5 also while a key is held' : ''}.`,
    };
  }
  const exact = now.getTime() - createdAt.getTime() > CIS_ROTATED * DAY;
  const late = exact
    ? ' In its 91st day: it passes by whole days, as the IAM console counts; who compares the hour says fail.'
    : '';
  const coming =
    policy !== undefined && policy.deactivateAfter > CIS_ROTATED
      ? ` With deactivateAfter ${policy.deactivateAfter} it will fail from day ${CIS_ROTATED + 1} until it is made Inactive.`
      : '';
  return { verdict: 'pass', why: `Active at ${plural(days, 'day')}.${late}${coming}` };
}

function stayUntil({ role, managed }: JudgedKey): string {
  const policy = managed?.policy;
  if (policy === undefined) return '';
  return role === 'current'
    ? `It is due at ${policy.rotateAfter} days, and its predecessor stays Active until day ${policy.deactivateAfter}.`
    : `It is superseded, and the policy keeps it Active until day ${policy.deactivateAfter}, or longer while it is held, so that running pipelines do not break.`;
}

/** No policy passes this at every instant: a rotation without an interruption needs two Active keys for a while. */
export function oneActiveKey(key: JudgedKey): Judgement {
  const unusable = notJudged(key);
  if (unusable !== undefined) return unusable;
  if (key.activeOfUser < 2) return { verdict: 'pass', why: 'The only Active key of its user.' };
  const why = 'Its user has two Active keys.';
  if (key.managed?.entry === undefined) return { verdict: 'fail', why };
  const { rotateAfter, deactivateAfter } = key.managed.policy;
  return {
    verdict: 'fail',
    why: `${why} The policy lets them overlap for ${plural(deactivateAfter - rotateAfter, 'day')}; a shorter overlap fails for a shorter time, none is possible without an interruption.`,
  };
}

/** Unused for less than 45 days; a key that was never used counts from its creation. */
export function usedWithin45(key: JudgedKey): Judgement {
  return notJudged(key) ?? usedWithin(key, CIS_UNUSED);
}

/** The same with 90 days. */
export function usedWithin90(key: JudgedKey): Judgement {
  if (key.role === 'gone') return NOT_THERE;
  return key.status === 'Active' ? usedWithin(key, PCI_UNUSED) : NOT_USABLE;
}

function usedWithin({ lastUsed, createdAt, now }: JudgedKey, limit: number): Judgement {
  if (lastUsed === 'unknown') {
    const age = createdAt === undefined ? limit : daysBetween(createdAt, now);
    return age < limit
      ? { verdict: 'pass', why: `Its last use is not known; created ${plural(Math.max(0, age), 'day')} ago.` }
      : { verdict: 'unknown', why: 'Its last use is not known.' };
  }
  const from = lastUsed === 'never' ? createdAt : lastUsed;
  if (from === undefined) return { verdict: 'unknown', why: 'It was never used, and its creation is not known.' };
  const days = daysBetween(from, now);
  const what = lastUsed === 'never' ? 'Never used since its creation' : 'Last used';
  return { verdict: days < limit ? 'pass' : 'fail', why: `${what} ${plural(Math.max(0, days), 'day')} ago.` };
}

/** Rotated, superseded and retired as its policy, the organization's own period, says. */
export function withinOwnPeriod(key: JudgedKey): Judgement {
  const { role, status, managed, life, createdAt, now } = key;
  if (role === 'gone') {
    if (life?.origin !== 'keyturn') return NOT_THERE;
    return life.lateDays === undefined
      ? { verdict: 'pass', why: 'It was replaced within its period, and is gone.' }
      : { verdict: 'fail', why: `It was replaced ${life.lateDays} days after its period, and is gone.` };
  }
  if (status === 'Inactive') return NOT_USABLE;
  if (managed?.entry === undefined) return { verdict: 'unknown', why: 'Keyturn knows no period for it.' };
  if (role === 'foreign') return { verdict: 'fail', why: 'Made by hand for a managed user; nothing rotates it.' };
  if (createdAt === undefined) return { verdict: 'unknown', why: 'Its creation is not known.' };
  const { policy } = managed;
  if (role === 'current') {
    const over = now.getTime() - createdAt.getTime() - policy.rotateAfter * DAY;
    const age = `${plural(daysBetween(createdAt, now), 'day')} of ${policy.rotateAfter}`;
    if (over <= 0) return { verdict: 'pass', why: `Current, ${age}.` };
    return over <= ONE_RUN
      ? { verdict: 'pass', why: `Current, ${age}: due, and the next run rotates it.` }
      : { verdict: 'fail', why: `Current, ${age}: overdue.` };
  }
  const superseded = life === undefined ? undefined : supersededAt(life);
  if (superseded === undefined) {
    return { verdict: 'unknown', why: 'Adopted, and not superseded yet: its period begins with its first rotation.' };
  }
  if (life?.lateDays !== undefined) return { verdict: 'fail', why: `It was superseded ${life.lateDays} days late.` };
  const latest = after(
    retirementAges(policy, createdAt, new Date(superseded)).deactivate,
    policy.holdLimit * DAY + ONE_RUN,
  );
  const overlap = after(
    new Date(superseded),
    (policy.deactivateAfter - policy.rotateAfter + policy.holdLimit) * DAY + ONE_RUN,
  );
  return now <= latest || now <= overlap
    ? { verdict: 'pass', why: `Superseded at ${superseded}, within its overlap or hold.` }
    : { verdict: 'fail', why: `Superseded at ${superseded}, and still Active after its overlap and hold.` };
}

/** Under a process that creates, replaces and removes it, at whatever period. */
export function underProcess(key: JudgedKey): Judgement {
  if (key.isRoot) return { verdict: 'fail', why: 'A key of the root user is under no process of rotation.' };
  return withinOwnPeriod(key);
}

function notJudged({ role, status, isRoot }: JudgedKey): Judgement | undefined {
  if (isRoot) return ROOTS;
  if (role === 'gone') return NOT_THERE;
  return status === 'Active' ? undefined : NOT_USABLE;
}
