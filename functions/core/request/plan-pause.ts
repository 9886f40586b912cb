import { createHash } from 'node:crypto';
import { daysBetween } from '../duration';
import { LONGEST_PAUSE, pauseOf, pauseTag } from '../key/pause';
import { currentKey, currentVersion, type SecretState } from '../key/secret-state';
import { type Level, TAG } from '../names';
import type { Refusal } from './answer';
import { type Caller, wordFor } from './caller';
import type { OperatorRequest } from './request';

/** One change that was asked for. */
export interface Change {
  readonly key: string;
  readonly secret: string;
  readonly do: 'pause' | 'resume';
  /** The tag to be written; none to take it away. */
  readonly tag: string | undefined;
  /** The one that is there. */
  readonly from: string | undefined;
}

export interface RequestPlan {
  /** Of everything that will be done and of the state that it rests on: another plan has another one. */
  readonly digest: string;
  readonly words: readonly string[];
  readonly change: Change;
}

export interface Refused {
  readonly refused: Refusal;
  readonly message: string;
}

interface PlanInput {
  readonly request: OperatorRequest;
  readonly caller: Caller;
  readonly level: Level;
  readonly secret: SecretState;
  readonly now: Date;
}

/** What a pause, or its end, changes: one tag, in one call, so that there is nothing half. */
export function planPause(input: PlanInput): RequestPlan | Refused {
  const { request, secret, now } = input;
  const [key = ''] = request.keys;
  const from = secret.tags[TAG.paused];
  if (secret.takesOver?.pauses && from !== undefined) {
    const message = `Key "${key}" is held by the tag ${TAG.paused} of ${secret.takesOver.secret}, which the key had before. Change it there by hand.`;
    return { refused: 'stands-elsewhere', message };
  }
  if (request.do === 'resume') {
    if (from === undefined)
      return { refused: 'nothing-to-do', message: `Key "${key}" is not paused: nothing to resume.` };
    const words = [`Key "${key}" goes on: its pause ${standing(secret, now)} is taken away.`];
    return planned(input, { key, secret: secret.name, do: 'resume', tag: undefined, from }, words);
  }
  const refused = refusedEnd(request.until, input);
  if (refused !== undefined) return refused;
  const tag = pauseTag({ until: request.until, by: wordFor(input.caller), why: request.why });
  if (tag === from) {
    return { refused: 'nothing-to-do', message: `Key "${key}" is paused in just this way already.` };
  }
  const held = currentKey(secret)?.accessKeyId;
  const words = [
    `Key "${key}" is held back until ${request.until.toISOString()}, for ${daysBetween(now, request.until)} days: nothing is made, delivered, deactivated or deleted for it.`,
    held === undefined ? 'It has no key yet.' : `Its current key ${held} stays as it is, whatever its age.`,
    ...(from === undefined ? [] : [`The pause ${standing(secret, now)} is replaced.`]),
  ];
  return planned(input, { key, secret: secret.name, do: 'pause', tag, from }, words);
}

function refusedEnd(until: Date, { now, level }: PlanInput): Refused | undefined {
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

/** The pause that there is, for people. */
function standing(secret: SecretState, now: Date): string {
  const pause = pauseOf(secret, now);
  if (pause === undefined) return '(which is over)';
  if (pause === 'unreadable') return '(of which the end cannot be read)';
  const { until, by = 'an unnamed person', why } = pause;
  return `until ${until.toISOString()} by ${by}${why === undefined ? '' : ` ("${why}")`}`;
}

/**
 * The time of the last change is part of the state: what was undone again is not done a second time by a request that
 * somebody sends again.
 */
function planned({ request, caller, level, secret }: PlanInput, change: Change, words: readonly string[]): RequestPlan {
  const rests = {
    version: currentVersion(secret)?.versionId ?? null,
    changedAt: secret.changedAt.toISOString(),
    paused: change.from ?? null,
  };
  const does = { ...change, tag: change.tag ?? null, from: null, why: request.why };
  const digest = createHash('sha256')
    .update(JSON.stringify([request.schema, level, caller.arn, does, rests]))
    .digest('hex');
  return { digest, words, change };
}
