import * as z from 'zod';
import { idOfSecret } from '../../core/names';
import { cleaned } from '../../core/outside-text';
import type { TrailWrite } from './evidence';
import { byOf, LONGEST_ARN, type WrappedCall } from './own-change';

/** The management writes that change access keys or their secrets. */
export const TRAIL_ACTIONS = ['CreateAccessKey', 'UpdateAccessKey', 'DeleteAccessKey', 'PutSecretValue'] as const;

/** Root's name in the credential report; CloudTrail gives root none. */
export const ROOT_USER = '<root_account>';

/** Who makes a call chooses some of its texts. An ARN of a user with a path may be long. */
const text = z
  .string()
  .min(1)
  .transform((written) => cleaned(written, LONGEST_ARN))
  .optional()
  .catch(undefined);

/** A record's parts, each on its own: whoever makes a call chooses some of them, and one odd part hides no other. */
const recordSchema = z.object({
  errorCode: text,
  sourceIPAddress: text,
  userIdentity: z.object({ type: text, arn: text, invokedBy: text, principalId: text, userName: text }).catch({}),
  requestParameters: z
    .object({
      userName: text,
      accessKeyId: text,
      status: z.enum(['Active', 'Inactive']).optional().catch(undefined),
      secretId: text,
      clientRequestToken: text,
    })
    .catch({}),
  responseElements: z
    .object({
      accessKey: z.object({ accessKeyId: text, userName: text }).catch({}).default({}),
      arn: text,
      // Older records.
      aRN: text,
    })
    .catch({ accessKey: {} }),
});

/** A record as LookupEvents wraps it. */
export interface WrappedRecord extends WrappedCall {
  readonly action: TrailWrite['action'];
}

/**
 * What a CloudTrail record says about access keys and managed secrets. A write whose record cannot be understood counts
 * all the same: it happened.
 *
 * @returns undefined for a call that failed, and for a secret that is not Keyturn's
 */
export function trailWriteOf({ eventId, at, action, by, record }: WrappedRecord): TrailWrite | undefined {
  const read = recordSchema.safeParse(jsonOf(record));
  const known = cleaned(by ?? 'unknown');
  if (!read.success) return { eventId, at, action, by: known };
  const { errorCode, sourceIPAddress: sourceIp, userIdentity: who, requestParameters, responseElements } = read.data;
  if (errorCode !== undefined) return undefined;
  const write = {
    eventId,
    at,
    action,
    by: byOf(who) ?? known,
    sourceIp,
  };
  if (action === 'PutSecretValue') {
    const { secretId, clientRequestToken: version } = requestParameters;
    const secret = secretNameOf(responseElements.arn ?? responseElements.aRN ?? secretId);
    if (secret !== undefined && idOfSecret(secret) === undefined) return undefined;
    return { ...write, secret, version };
  }
  const { accessKey = {} } = responseElements;
  // Users who change their own keys need not name themselves.
  const caller = who.userName ?? (who.type === 'Root' ? ROOT_USER : undefined);
  const user = requestParameters.userName ?? accessKey.userName ?? caller;
  const accessKeyId = accessKey.accessKeyId ?? requestParameters.accessKeyId;
  const { status } = requestParameters;
  return {
    ...write,
    user,
    accessKeyId,
    ...(action === 'UpdateAccessKey' && status !== undefined ? { status } : {}),
  };
}

function jsonOf(record: string): unknown {
  try {
    return JSON.parse(record);
  } catch {
    return undefined;
  }
}

/** Secrets Manager appends a hyphen and six characters to the name in an ARN. */
function secretNameOf(nameOrArn: string | undefined): string | undefined {
  if (nameOrArn === undefined || !nameOrArn.startsWith('arn:')) return nameOrArn;
  return nameOrArn.replace(/^arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:/, '').replace(/-[A-Za-z0-9]{6}$/, '');
}
