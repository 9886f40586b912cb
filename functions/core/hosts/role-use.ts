import * as z from 'zod';
import { cleaned } from '../outside-text';

/** One time that somebody took a role with a token, or tried to, as CloudTrail has it. Texts are cleaned and clipped. */
export interface RoleUse {
  readonly at: Date;
  /** The token's `sub`. */
  readonly subject: string;
  /** What whoever took it calls the session. */
  readonly session?: string | undefined;
  readonly from: string;
  /** AWS's code; not there where the role was taken. */
  readonly refused?: string | undefined;
}

/** IAM: characters of an ARN, and of a `sub` no fewer. */
const LONGEST = 300;
const text = z.string().transform((written) => cleaned(written, LONGEST));

const recordSchema = z.object({
  eventTime: z.iso.datetime(),
  errorCode: text.optional(),
  sourceIPAddress: text.default('an unknown address'),
  userIdentity: z.object({ userName: text.default('nobody') }),
  requestParameters: z.object({ roleArn: z.string(), roleSessionName: text.optional() }),
});

/**
 * @param record CloudTrail's record of AssumeRoleWithWebIdentity as JSON
 * @returns undefined for another role, and for what cannot be understood
 */
export function roleUseOf(record: string, roleArn: string): RoleUse | undefined {
  const { data } = recordSchema.safeParse(parsed(record));
  if (data === undefined || data.requestParameters.roleArn !== roleArn) return undefined;
  const { eventTime, errorCode: refused, sourceIPAddress: from, userIdentity, requestParameters } = data;
  const session = requestParameters.roleSessionName;
  return { at: new Date(eventTime), subject: userIdentity.userName, session, from, refused };
}

function parsed(record: string): unknown {
  try {
    return JSON.parse(record);
  } catch {
    return undefined;
  }
}
