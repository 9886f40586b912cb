import * as z from 'zod';
import { cleaned } from '../../core/outside-text';
import { CLOUDFORMATION_ADDRESS, DEPLOYING_CALLS, type OwnNames, ownThingIn, ownThings } from '../../core/own-things';
import type { OwnChange } from './evidence';

/** IAM: an ARN of a user with the longest path, and of a session. */
export const LONGEST_ARN = 700;

/** What CloudTrail has of a call, as LookupEvents wraps it. */
export interface WrappedCall {
  readonly eventId: string;
  readonly at: Date;
  /** CloudTrail's own words for who did it, where the record does not say. */
  readonly by?: string | undefined;
  /** The record as JSON. */
  readonly record: string;
}

/** What is Keyturn's own: its things, and the stacks that deploy them. */
export interface OwnStacks extends OwnNames {
  readonly stacks: readonly string[];
}

const text = z.string().min(1).optional().catch(undefined);

/** A record's parts, each on its own: whoever makes a call chooses some of them. */
const callSchema = z.object({
  eventName: z.string().catch('unknown'),
  eventSource: text,
  errorCode: text,
  sourceIPAddress: text,
  userIdentity: z.object({ arn: text, invokedBy: text, principalId: text }).catch({}),
  requestParameters: z.record(z.string(), z.unknown()).catch({}),
});

/** @returns reads a call; undefined for one that failed, and for one that is about nothing of Keyturn's */
export function ownChangeReader(own: OwnStacks): (call: WrappedCall) => OwnChange | undefined {
  const things = ownThings(own);
  return ({ eventId, at, by, record }) => {
    const read = callSchema.safeParse(jsonOf(record));
    if (!read.success || read.data.errorCode !== undefined) return undefined;
    const { eventName: call, eventSource, sourceIPAddress, userIdentity: who, requestParameters } = read.data;
    const stack = stackIn(own.stacks, call, requestParameters.stackName);
    const thing = stack ?? ownThingIn(things, call, requestParameters);
    if (thing === undefined) return undefined;
    const way = sourceIPAddress === CLOUDFORMATION_ADDRESS ? 'cloudformation' : 'hand';
    return {
      eventId: cleaned(eventId),
      at,
      call: cleaned(call.replace(/\d{8}(v\d+)?$/, '')),
      service: cleaned(eventSource?.replace(/\.amazonaws\.com.*$/, '') ?? 'unknown'),
      thing: cleaned(thing, LONGEST_ARN),
      by: cleaned(byOf(who) ?? by ?? 'unknown', LONGEST_ARN),
      from: sourceIPAddress === undefined ? undefined : cleaned(sourceIPAddress),
      through: stack === undefined ? way : 'deployment',
    };
  };
}

/** Who made a call; of what AWS itself did its service. */
export function byOf(who: {
  readonly arn?: string | undefined;
  readonly invokedBy?: string | undefined;
  readonly principalId?: string | undefined;
}): string | undefined {
  return who.arn ?? who.invokedBy ?? who.principalId;
}

/** The name of the stack that a call deploys, whether it says it as name or as ID. */
function stackIn(stacks: readonly string[], call: string, named: unknown): string | undefined {
  if (typeof named !== 'string' || !DEPLOYING_CALLS.some((name) => name === call)) return undefined;
  const name = /:stack\/([^/]+)\//.exec(named)?.[1] ?? named;
  return stacks.includes(name) ? name : undefined;
}

function jsonOf(record: string): unknown {
  try {
    return JSON.parse(record);
  } catch {
    return undefined;
  }
}
