import * as z from 'zod';
import { cleaned } from '../outside-text';
import { type KeyUse, keyUseOf } from './key-use';

/** One call of an access key, as CloudTrail's event history has it: whose, and what it asked for. */
export interface KeyCall extends KeyUse {
  /** Such as `ecr.amazonaws.com`. */
  readonly source: string;
  /** CloudTrail's name of the call. */
  readonly name: string;
  readonly region: string;
  /** IAM did not allow it. */
  readonly isRefused: boolean;
  /** What the client says that it runs on. @default - it does not say */
  readonly system?: ClientSystem | undefined;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** ARNs of what the record says that it was about. */
  readonly resources: readonly string[];
}

export type ClientSystem = 'linux' | 'macos' | 'windows' | 'browser';

const recordSchema = z.object({
  eventSource: z.string().max(200),
  eventName: z.string().max(200),
  awsRegion: z.string().max(50).default('unknown'),
  errorCode: z.string().optional(),
  userAgent: z.string().default(''),
  requestParameters: z.record(z.string(), z.unknown()).nullish(),
  resources: z.array(z.object({ ARN: z.string().optional() })).nullish(),
});

/** What AWS's services call it when IAM says no. */
const REFUSED = /AccessDenied|Unauthorized|NotAuthorized|AuthorizationError|Forbidden/i;

/** @param record CloudTrail's record as JSON. @returns undefined when it cannot be understood */
export function keyCallOf(record: string): KeyCall | undefined {
  const use = keyUseOf(record);
  const { data } = recordSchema.safeParse(use === undefined ? undefined : JSON.parse(record));
  if (use === undefined || data === undefined) return undefined;
  return {
    ...use,
    source: data.eventSource,
    name: data.eventName,
    region: cleaned(data.awsRegion),
    isRefused: REFUSED.test(data.errorCode ?? ''),
    system: systemOf(data.userAgent),
    parameters: data.requestParameters ?? {},
    resources: (data.resources ?? []).flatMap(({ ARN }) => ARN ?? []),
  };
}

/** The AWS CLI and the SDKs name it, each version in a way of its own. */
function systemOf(agent: string): ClientSystem | undefined {
  // A browser names the system that it runs on too.
  if (/^\[?mozilla|console\.|signin\./i.test(agent)) return 'browser';
  if (/\bdarwin\b|os\/macos|mac ?os/i.test(agent)) return 'macos';
  if (/windows/i.test(agent)) return 'windows';
  return /linux/i.test(agent) ? 'linux' : undefined;
}
