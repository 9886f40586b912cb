import { after, DAY, daysBetween } from '../../core/duration';
import { isObserved } from '../../core/lifecycle/observed';
import { judgeOverlap } from './exception-words';
import { fail, type JudgedKey, type Judgement, NOT_THERE, NOT_USABLE, notJudged, ONLY_OBSERVED } from './judged-key';
import type { ExceptionKind } from './model';
import { plural } from './plural';
import { dayOf, ONE_RUN } from './time-bounds';

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
  const { createdAt, now } = key;
  if (createdAt === undefined) return { verdict: 'unknown', why: 'Its creation is not known.' };
  const days = daysBetween(createdAt, now);
  const active = `Active at ${plural(days, 'day')}.`;
  if (days > CIS_ROTATED) return olderThan90(key, createdAt, active);
  const exact = now.getTime() - createdAt.getTime() > CIS_ROTATED * DAY;
  const late = exact
    ? ' In its 91st day: it passes by whole days, as the IAM console counts; who compares the hour says fail.'
    : '';
  return { verdict: 'pass', why: `${active}${late}` };
}

/** What the rotation of a key of a managed user still has time for is an exception; anything else needs somebody. */
function olderThan90(key: JudgedKey, createdAt: Date, active: string): Judgement {
  const { role, managed, overlap, now, firstRotationBy } = key;
  const entry = managed?.entry;
  if (entry === undefined || role === 'foreign') return fail(active);
  if (isObserved(entry)) return fail(`${active} ${ONLY_OBSERVED}`);
  const { policy } = entry;
  if (policy.rotateAfter > CIS_ROTATED) {
    return fail(`${active} Its policy rotates at ${policy.rotateAfter} days, which is later than ${CIS_ROTATED}.`);
  }
  if (overlap !== undefined) return judgeOverlap(active, key, overlap);
  if (role === 'current') {
    const due = after(createdAt, policy.rotateAfter * DAY);
    const until = after(due, ONE_RUN);
    if (now > until) return fail(`${active} Its rotation was due on ${dayOf(due)}.`);
    return waiting('due', `${active} Its rotation is due, and comes with the next run.`, until, key);
  }
  if (firstRotationBy === undefined || now > firstRotationBy) {
    return fail(`${active} It was there before Keyturn, and has no successor.`);
  }
  const why = `${active} It was there before Keyturn, and is superseded by the first rotation.`;
  return waiting('first-rotation', why, firstRotationBy, key);
}

function waiting(kind: ExceptionKind, why: string, until: Date, { id }: JudgedKey): Judgement {
  return { verdict: 'exception', why, exception: { kind, until, of: id } };
}

/** No rotation without an interruption passes this at every instant: it needs two Active keys for a while. */
export function oneActiveKey(key: JudgedKey): Judgement {
  const unusable = notJudged(key);
  if (unusable !== undefined) return unusable;
  const { activeOfUser, changeover } = key;
  if (activeOfUser < 2) return { verdict: 'pass', why: 'The only Active key of its user.' };
  const why = 'Its user has two Active keys.';
  return changeover === undefined ? fail(why) : judgeOverlap(why, changeover.older, changeover.overlap);
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
