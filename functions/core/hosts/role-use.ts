import * as z from 'zod';
import { cleaned } from '../outside-text';
import { type BitbucketSubject, bitbucketIssuer, subjectOf } from './bitbucket-oidc';
import { providerName, providerNameIn } from './oidc';

/** One time that somebody took a role with a token, or tried to, as CloudTrail has it. Texts are cleaned and clipped. */
export interface RoleUse {
  readonly at: Date;
  /** The token's `sub`. */
  readonly subject: string;
  /** ARN of the identity provider. */
  readonly provider?: string | undefined;
  /**
   * What the token says, and nobody has proved: the call is not signed, so that whoever knows a role can send a token of
   * his own making, and it is refused with what it says.
   */
  readonly claimed?: true | undefined;
  /** What the subject names, where the provider is a workspace of Bitbucket. */
  readonly step?: BitbucketSubject | undefined;
  /** What whoever took it calls the session. */
  readonly session?: string | undefined;
  /** The session's key: everything that the session did has it in CloudTrail. */
  readonly accessKeyId?: string | undefined;
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
  userIdentity: z.object({ userName: text.default('nobody'), identityProvider: text.optional() }),
  requestParameters: z.object({ roleArn: z.string(), roleSessionName: text.optional() }),
  responseElements: z.object({ credentials: z.object({ accessKeyId: text }).optional() }).nullish(),
});

/**
 * @param record CloudTrail's record of AssumeRoleWithWebIdentity as JSON
 * @returns undefined for another role, and `of-no-role` for what does not say which one was asked for
 */
export function roleUseOf(record: string, roleArn: string): RoleUse | 'of-no-role' | undefined {
  const { data } = recordSchema.safeParse(parsed(record));
  if (data === undefined) return 'of-no-role';
  if (data.requestParameters.roleArn !== roleArn) return undefined;
  const { eventTime, errorCode: refused, sourceIPAddress: from, userIdentity } = data;
  const { userName: subject, identityProvider: provider } = userIdentity;
  return {
    at: new Date(eventTime),
    subject,
    provider,
    claimed: refused === undefined ? undefined : true,
    step: isBitbuckets(provider) ? subjectOf(subject) : undefined,
    session: data.requestParameters.roleSessionName,
    accessKeyId: data.responseElements?.credentials?.accessKeyId,
    from,
    refused,
  };
}

/** Whether a provider is that of some workspace of Bitbucket. */
function isBitbuckets(provider = ''): boolean {
  const name = providerNameIn(provider);
  const [, workspace] = /\/workspaces\/([\w.-]+)\//.exec(name ?? '') ?? [];
  return workspace !== undefined && name === providerName(bitbucketIssuer(workspace));
}

function parsed(record: string): unknown {
  try {
    return JSON.parse(record);
  } catch {
    return undefined;
  }
}
