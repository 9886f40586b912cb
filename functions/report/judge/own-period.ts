import type { Policy } from '../../core/config/policy';
import { after, DAY, daysBetween } from '../../core/duration';
import { retirementAges } from '../../core/lifecycle/retirement';
import { type JudgedKey, type Judgement, NOT_THERE, NOT_USABLE } from './judged-key';
import { supersededAt } from './lives';
import type { KeyLife } from './model';
import { plural } from './plural';
import { ONE_RUN } from './time-bounds';

/** Rotated, superseded and retired as its policy, the organization's own period, says. */
export function withinOwnPeriod(key: JudgedKey): Judgement {
  const { role, status, managed, life, createdAt, now } = key;
  if (role === 'gone') return replacedInTime(life);
  if (status === 'Inactive') return NOT_USABLE;
  if (managed?.entry === undefined) return { verdict: 'unknown', why: 'Keyturn knows no period for it.' };
  if (role === 'foreign') return { verdict: 'fail', why: 'Made by hand for a managed user; nothing rotates it.' };
  if (createdAt === undefined) return { verdict: 'unknown', why: 'Its creation is not known.' };
  const { policy } = managed;
  return role === 'current' ? rotatedInTime(policy, createdAt, now) : retiredInTime(policy, createdAt, now, life);
}

function replacedInTime(life: KeyLife | undefined): Judgement {
  if (life?.origin !== 'keyturn') return NOT_THERE;
  return life.lateDays === undefined
    ? { verdict: 'pass', why: 'It was replaced within its period, and is gone.' }
    : { verdict: 'fail', why: `It was replaced ${life.lateDays} days after its period, and is gone.` };
}

function rotatedInTime({ rotateAfter }: Policy, createdAt: Date, now: Date): Judgement {
  const over = now.getTime() - createdAt.getTime() - rotateAfter * DAY;
  const age = `${plural(daysBetween(createdAt, now), 'day')} of ${rotateAfter}`;
  if (over <= 0) return { verdict: 'pass', why: `Current, ${age}.` };
  return over <= ONE_RUN
    ? { verdict: 'pass', why: `Current, ${age}: due, and the next run rotates it.` }
    : { verdict: 'fail', why: `Current, ${age}: overdue.` };
}

/** A superseded key may stay Active for its overlap, and for as long as it may be held. */
function retiredInTime(policy: Policy, createdAt: Date, now: Date, life: KeyLife | undefined): Judgement {
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
