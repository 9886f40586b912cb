import * as z from 'zod';
import { USER_AGENT_APP } from '../names';
import { cleaned } from '../outside-text';

/** One use of an access key, as CloudTrail's event history shows it. The texts are whoever's who used it: cleaned and clipped. */
export interface KeyUse {
  readonly at: Date;
  /** AWS's short name of the service, such as `s3`. */
  readonly service: string;
  /** Where it came from: an IP address, or the name of an AWS service. */
  readonly from: string;
  readonly agent: string;
  /** It calls itself a proof of Keyturn's. Anybody can: it decides words, and nothing else. */
  readonly isProof: boolean;
}

/** What the event history has of one key; `unknown` when it could not be asked. */
export type SeenUses =
  | { readonly is: 'seen'; readonly uses: readonly KeyUse[] }
  | { readonly is: 'none' }
  | { readonly is: 'unknown' };

const recordSchema = z.object({
  eventTime: z.iso.datetime(),
  eventSource: z.string(),
  eventName: z.string(),
  sourceIPAddress: z.string().default('an unknown address'),
  userAgent: z.string().default('an unknown client'),
});

const LONGEST_PART = 60;

/** @param record CloudTrail's record as JSON. @returns undefined when it cannot be understood */
export function keyUseOf(record: string): KeyUse | undefined {
  const { success, data } = recordSchema.safeParse(parsed(record));
  if (!success) return undefined;
  const { eventTime, eventSource, eventName, sourceIPAddress, userAgent } = data;
  return {
    at: new Date(eventTime),
    service: clean(eventSource.replace(/\.amazonaws\.com(\.cn)?$/, '')),
    from: clean(sourceIPAddress),
    agent: clean(userAgent),
    isProof:
      eventSource.startsWith('sts.') &&
      eventName === 'GetCallerIdentity' &&
      userAgent.includes(`app/${USER_AGENT_APP}`),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function clean(text: string): string {
  return cleaned(text, LONGEST_PART);
}
