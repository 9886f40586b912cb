import type { Policy } from '../../core/config/policy';
import { DAY, daysBetween } from '../../core/duration';
import { isObserved } from '../../core/lifecycle/observed';
import { fail, type JudgedKey, type Judgement, NOT_THERE, NOT_USABLE, ONLY_OBSERVED } from './judged-key';
import type { KeyLife } from './model';
import { plural } from './plural';
import { dayOf, ONE_RUN } from './time-bounds';

/** Rotated, superseded and retired as its policy, the organization's own period, says. */
export function withinOwnPeriod(key: JudgedKey): Judgement {
  const { role, status, managed, life, createdAt, now } = key;
  if (role === 'gone') return replacedInTime(life);
  if (status === 'Inactive') return NOT_USABLE;
  if (managed?.entry === undefined) return { verdict: 'unknown', why: 'Keyturn knows no period for it.' };
  if (role === 'foreign') return { verdict: 'fail', why: 'Made by hand for a managed user; nothing rotates it.' };
  if (createdAt === undefined) return { verdict: 'unknown', why: 'Its creation is not known.' };
  if (isObserved(managed.entry)) return observedFor(managed.policy, createdAt, now);
  return role === 'current' ? rotatedInTime(managed.policy, createdAt, now) : retiredInTime(key);
}

/** Its age is judged; that it will be rotated in time nobody says. */
function observedFor({ rotateAfter }: Policy, createdAt: Date, now: Date): Judgement {
  const why = `${plural(daysBetween(createdAt, now), 'day')} of ${rotateAfter}. ${ONLY_OBSERVED}`;
  return now.getTime() - createdAt.getTime() > rotateAfter * DAY ? fail(why) : { verdict: 'unknown', why };
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

/** A superseded key may stay Active for its overlap, and for as long as it is held: that is the organization's own period. */
function retiredInTime({ life, overlap, accessKeyId }: JudgedKey): Judgement {
  if (overlap === undefined) {
    return { verdict: 'unknown', why: 'Adopted, and not superseded yet: its period begins with its first rotation.' };
  }
  if (life?.lateDays !== undefined) return fail(`It was superseded ${life.lateDays} days late.`);
  const { state, until } = overlap;
  if (state === 'beyond') {
    return fail(`${accessKeyId} should have been made Inactive on ${dayOf(until)}, and still is Active.`);
  }
  const why = state === 'held' ? 'Superseded, and held because it is in use' : 'Superseded, within its overlap';
  return { verdict: 'pass', why: `${why}, until ${dayOf(until)}.` };
}

/** Under a process that creates, replaces and removes it, at whatever period. */
export function underProcess(key: JudgedKey): Judgement {
  if (key.isRoot) return { verdict: 'fail', why: 'A key of the root user is under no process of rotation.' };
  return withinOwnPeriod(key);
}
