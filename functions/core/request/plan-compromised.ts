import { compromisedOf, type Order, otherLeaks, saidCompromised } from '../key/compromised';
import { inactiveSince, keyRing } from '../key/key-ring';
import { currentKey } from '../key/secret-state';
import { unsettledSince } from '../lifecycle/settling';
import { type PlanInput, planned, type Refused, type RequestFor, type RequestPlan, refusedAsHeld } from './plan';
import { places } from './plan-rotate';
import { keyBeside, roomForLeak } from './room';

type Leak = RequestFor<'compromised' | 'disable-first'>;

const ORDER_OF: Readonly<Record<Leak['do'], Order>> = {
  compromised: 'deliver-first',
  'disable-first': 'disable-first',
};

/** Nobody knows here whether a rule of a provider gives the key. */
const GIVEN_TO_NONE =
  'From now on a step that fetches it from a provider gets nothing (403), until another key is current.';

/** An access key has leaked: what will be done and what pipelines will feel, or why nothing is. */
export function planCompromised(input: PlanInput<Leak>): RequestPlan | Refused {
  const { entry, secret, request, now } = input;
  const { id } = entry;
  const refused = refusedAsHeld(input);
  if (refused !== undefined) return refused;
  const order = ORDER_OF[request.do];
  const current = currentKey(secret)?.accessKeyId;
  const accessKeyId = request.accessKey ?? current;
  if (accessKeyId === undefined) {
    const message = `Key "${id}" has no current key: say which access key has leaked, with --key.`;
    return { refused: 'nothing-to-do', message };
  }
  const since = inactiveSince(secret, accessKeyId);
  if (since !== undefined && accessKeyId !== current) {
    const message = `Access key ${accessKeyId} of "${id}" is Inactive since ${since.toISOString()}: it makes no call any more.`;
    return { refused: 'nothing-to-do', message };
  }
  const words =
    order === 'disable-first' ? disabledFirst(input, accessKeyId) : deliveredFirst(input, accessKeyId, current);
  const keeps = otherLeaks(secret, { accessKeyId, at: now, order });
  return planned(input, { tag: accessKeyId, of: accessKeyId, keeps }, [
    `Access key ${accessKeyId} of "${id}" is declared compromised.`,
    ...words,
    `${accessKeyId} is deleted after ${entry.policy.deleteAfter - entry.policy.deactivateAfter} days as Inactive. It is never delivered or made Active again.`,
  ]);
}

function deliveredFirst(input: PlanInput<Leak>, accessKeyId: string, current: string | undefined): readonly string[] {
  const { entry, secret } = input;
  const makes = `A new access key is made for the IAM user ${entry.user}, proved, stored and delivered to ${places(entry.targets.length)}.`;
  const escalated =
    compromisedOf(saidCompromised(secret), accessKeyId)?.order === 'disable-first'
      ? [`It was asked for already to make ${accessKeyId} Inactive first; that stays so.`]
      : [];
  if (current !== undefined && accessKeyId !== current) {
    return [
      `${accessKeyId} is made Inactive as soon as the current key ${current} is at every target: no overlap, no wait for its use to end.`,
      `Pipelines that have ${current} feel nothing. Whatever still uses ${accessKeyId} fails from then on.`,
      ...escalated,
    ];
  }
  return [
    makes,
    roomForLeak(keyBeside(entry, secret, input.now)),
    `As soon as every target has it, ${accessKeyId} is made Inactive: no overlap, no wait for its use to end.`,
    `Until then, a few minutes, ${accessKeyId} works and whoever has it can use it. A pipeline that is running then with ${accessKeyId} fails; those that start afterwards with stored variables feel nothing.`,
    GIVEN_TO_NONE,
    ...settling(input),
    ...escalated,
  ];
}

function disabledFirst(input: PlanInput<Leak>, accessKeyId: string): readonly string[] {
  const { entry, secret } = input;
  const current = currentKey(secret)?.accessKeyId;
  const now = `${accessKeyId} is made Inactive now, within a minute, before anything else.`;
  if (current !== undefined && accessKeyId !== current) {
    return [now, `Whatever still uses ${accessKeyId} fails from then on. Pipelines that have ${current} feel nothing.`];
  }
  return [
    now,
    'Every pipeline that uses it fails from then on, until the new key is delivered: minutes, or longer where a target cannot be written.',
    GIVEN_TO_NONE,
    `A new access key is made for the IAM user ${entry.user}, proved, stored and delivered to ${places(entry.targets.length)}.`,
    roomForLeak(keyBeside(entry, secret, input.now)),
    ...settling(input),
  ];
}

/** A rotation right after another one waits until the deliveries of that one are over for certain. */
function settling({ secret, now }: PlanInput<Leak>): readonly string[] {
  const since = unsettledSince(secret, keyRing(secret, []), now);
  if (since === undefined) return [];
  return [
    `It was made or delivered at ${since.toISOString()}: the new one is made when its deliveries are over for certain, up to 80 minutes after that, by the next hourly run of sync then.`,
  ];
}
