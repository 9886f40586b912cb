import { DAY, daysBetween } from '../../core/duration';
import { type JudgedKey, type Judgement, NOT_THERE, NOT_USABLE, notJudged } from './judged-key';
import { plural } from './plural';

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
