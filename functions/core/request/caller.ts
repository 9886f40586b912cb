import * as z from 'zod';

/** Who asks, as AWS says it. */
export interface Caller {
  /** Of a session the role's name and the session's are in it. */
  readonly arn: string;
  /** What IAM calls the principal, whatever its name is: `AROA…:alice`. */
  readonly userId: string;
  readonly accountId: string;
}

const ARN = /^arn:[a-z-]+:(?:iam|sts)::(\d{12}):(?:root|(?:user|assumed-role|federated-user)\/[\w+=,.@/-]{1,256})$/;

/**
 * The part of the event of a function's URL (payload version 2.0) that AWS says, and the caller does not: headers, path
 * and body are whatever was sent, and none of them is looked at for who that was.
 */
export const urlEventSchema = z.object({
  version: z.literal('2.0'),
  requestContext: z.object({
    authorizer: z.object({
      iam: z
        .object({
          userArn: z.string().max(512).regex(ARN),
          userId: z.string().regex(/^[\w+=,.@:/-]{1,256}$/),
          accountId: z.string().regex(/^\d{12}$/),
        })
        .refine(({ userArn, accountId }) => ARN.exec(userArn)?.[1] === accountId),
    }),
    http: z.object({ method: z.string().max(16), path: z.string().max(8_192) }),
  }),
  body: z.string().optional(),
  isBase64Encoded: z.boolean(),
});
export type UrlEvent = z.output<typeof urlEventSchema>;

export function callerOf({ requestContext }: UrlEvent): Caller {
  const { userArn: arn, userId, accountId } = requestContext.authorizer.iam;
  return { arn, userId, accountId };
}

/** One word for a caller, as tags and people have it: `Operator/alice`, `user/bob`, `root`. */
export function wordFor({ arn }: Caller): string {
  return (arn.split(':').at(-1) ?? '').replace(/^assumed-role\//, '').slice(0, 100);
}
