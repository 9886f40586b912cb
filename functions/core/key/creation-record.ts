import * as z from 'zod';

/** What CloudTrail's record of CreateAccessKey tells; everything else in it is of no concern. */
const recordSchema = z.object({
  userIdentity: z.object({ arn: z.string() }),
  responseElements: z.object({ accessKey: z.object({ accessKeyId: z.string() }) }),
});

/**
 * ARN of the principal that created an access key.
 *
 * @param record CloudTrail's record as JSON; a text of another form tells nothing
 * @returns undefined when the record is about another key, or cannot be understood
 */
export function creatorOf(record: string, accessKeyId: string): string | undefined {
  try {
    const { success, data } = recordSchema.safeParse(JSON.parse(record));
    return success && data.responseElements.accessKey.accessKeyId === accessKeyId ? data.userIdentity.arn : undefined;
  } catch {
    return undefined;
  }
}

/** Whether two ARNs are of the same principal: of an assumed role the session's name is of no concern. */
export function isSamePrincipal(a: string, b: string): boolean {
  return withoutSession(a) === withoutSession(b);
}

/** `arn:aws:sts::<account>:assumed-role/<role>/<session>` without the session; other principals as they are. */
function withoutSession(arn: string): string {
  return arn.includes(':assumed-role/') ? arn.slice(0, arn.lastIndexOf('/')) : arn;
}
