import { daysBetween } from '../duration';
import { LONGEST_PAUSE, pauseOf, pauseTag } from '../key/pause';
import { currentKey, type SecretState } from '../key/secret-state';
import { TAG } from '../names';
import { wordFor } from './caller';
import { openLeaks } from './open-leaks';
import { type PlanInput, planned, type Refused, type RequestFor, type RequestPlan } from './plan';

/** What a pause, or its end, changes. */
export function planPause(input: PlanInput<RequestFor<'pause' | 'resume'>>): RequestPlan | Refused {
  const { request, secret, entry, now } = input;
  const { id: key } = entry;
  const from = secret.tags[TAG.paused];
  if (secret.takesOver?.pauses && from !== undefined) {
    const message = `Key "${key}" is held by the tag ${TAG.paused} of ${secret.takesOver.secret}, which the key had before. Change it there by hand.`;
    return { refused: 'stands-elsewhere', message };
  }
  if (request.do === 'resume') {
    if (from === undefined)
      return { refused: 'nothing-to-do', message: `Key "${key}" is not paused: nothing to resume.` };
    return planned(input, { tag: undefined }, [
      `Key "${key}" goes on: its pause ${standing(secret, now)} is taken away.`,
    ]);
  }
  const leaked = openLeaks(secret);
  const refused = refusedEnd(request.until, input) ?? refusedAsLeaked(leaked, input);
  if (refused !== undefined) return refused;
  const tag = pauseTag({ until: request.until, by: wordFor(input.caller), why: request.why });
  if (tag === from) {
    return { refused: 'nothing-to-do', message: `Key "${key}" is paused in just this way already.` };
  }
  const held = currentKey(secret)?.accessKeyId;
  return planned(input, { tag }, [
    `Key "${key}" is held back until ${request.until.toISOString()}, for ${daysBetween(now, request.until)} days: nothing is made, delivered, deactivated or deleted for it.`,
    held === undefined ? 'It has no key yet.' : `Its current key ${held} stays as it is, whatever its age.`,
    ...leaked.map(
      (accessKeyId) =>
        `${accessKeyId} has leaked, and is not known to be Inactive: until the pause ends, it stays Active, and whoever has it can use it.`,
    ),
    ...(from === undefined ? [] : [`The pause ${standing(secret, now)} is replaced.`]),
  ]);
}

function refusedEnd(until: Date, { now, level }: Pick<PlanInput, 'now' | 'level'>): Refused | undefined {
  if (until <= now) {
    return {
      refused: 'invalid-request',
      message: `until: ${until.toISOString()} has passed; expected an end that is still to come.`,
    };
  }
  if (level === 'operator' && until.getTime() - now.getTime() > LONGEST_PAUSE) {
    const most = new Date(now.getTime() + LONGEST_PAUSE).toISOString();
    const message = `until: an operator pauses for 90 days at most, until ${most}. For longer, an administrator has to ask.`;
    return { refused: 'beyond-level', message };
  }
  return undefined;
}

/** That a leaked key is made Inactive an administrator has ordered, or those who had AWS's word obeyed. */
function refusedAsLeaked([leaked]: readonly string[], { level, entry }: PlanInput): Refused | undefined {
  if (leaked === undefined || level === 'administrator') return undefined;
  const message = `Access key ${leaked} of "${entry.id}" has leaked, and is not known to be Inactive: a pause would keep it Active. An administrator has to ask for it.`;
  return { refused: 'beyond-level', message };
}

/** The pause that there is, for people. */
function standing(secret: SecretState, now: Date): string {
  const pause = pauseOf(secret, now);
  if (pause === undefined) return '(which is over)';
  if (pause === 'unreadable') return '(of which the end cannot be read)';
  const { until, by = 'an unnamed person', why } = pause;
  return `until ${until.toISOString()} by ${by}${why === undefined ? '' : ` ("${why}")`}`;
}
