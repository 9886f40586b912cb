import * as z from 'zod';
import { halvedMistake, variable } from './provider-variable';
import { isAdministrator, MOST_POLICIES, policyArn } from './roles-config';

/** AWS: a session has a quarter of an hour at least, and an hour at most where it is taken with another role's session. */
const SHORTEST_SESSION = 15;
const LONGEST_SESSION = 60;
/** AWS: characters of a session's policy and of the ARNs of managed policies beside it. */
const MOST_CHARACTERS = 2_048;

/** The three names by which SDKs find a session, and nothing less than all three. */
const NAMES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;

const texts = z.union([z.string(), z.array(z.string()).min(1)]);
const scalar = z.union([z.string(), z.number(), z.boolean()]);

const statement = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(['Allow', 'Deny']),
    Action: texts.optional(),
    NotAction: texts.optional(),
    Resource: texts.optional(),
    NotResource: texts.optional(),
    Condition: z.record(z.string(), z.record(z.string(), z.union([scalar, z.array(scalar)]))).optional(),
  })
  .refine(
    ({ Action, NotAction, Resource, NotResource }) =>
      (Action === undefined) !== (NotAction === undefined) && (Resource === undefined) !== (NotResource === undefined),
    'expected one of Action and NotAction, and one of Resource and NotResource',
  );

const sessionPolicy = z.strictObject({
  Version: z.literal('2012-10-17'),
  Statement: z.union([statement, z.array(statement).min(1)]),
});

/** Credentials of a role that a rule gives: a session for this step alone. */
export const roleSource = z
  .strictObject({
    role: z
      .string()
      .max(2_048)
      .regex(
        /^arn:aws[a-z-]*:iam::\d{12}:role\/([\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/,
        'expected the ARN of an IAM role, without a wildcard, such as arn:aws:iam::111122223333:role/web-shop-deploy',
      )
      .describe('ARN of the role.'),
    sessionMinutes: z
      .int()
      .min(SHORTEST_SESSION)
      .max(LONGEST_SESSION)
      .default(SHORTEST_SESSION)
      .describe('Minutes after which the credentials end.'),
    sessionPolicy: sessionPolicy
      .optional()
      .describe('Policy of IAM; the step may do what both this and the role allow.'),
    policyArns: z
      .array(policyArn)
      .max(MOST_POLICIES)
      .default([])
      .describe('ARNs of managed policies; the step may do what one of these, or sessionPolicy, and the role allow.'),
    accessKeyId: variable.default(NAMES[0]).describe('Variable that gets the access key ID.'),
    secretAccessKey: variable.default(NAMES[1]).describe('Variable that gets the secret access key.'),
    sessionToken: variable.default(NAMES[2]).describe('Variable that gets the session token.'),
  })
  .superRefine(({ role, policyArns, ...given }, context) => {
    policyArns.forEach((arn, at) => {
      const message = policyMistake(arn, role);
      if (message !== undefined) context.addIssue({ code: 'custom', path: ['policyArns', at], message });
    });
    const policy = sessionPolicyText(given) ?? '';
    const length = [policy, ...policyArns].join('').length;
    if (length > MOST_CHARACTERS) {
      const message = `expected ${MOST_CHARACTERS} characters at most, with the ARNs of policies beside it, found ${length}`;
      context.addIssue({ code: 'custom', path: ['sessionPolicy'], message });
    }
    if (!/^[\u0020-\u00ff]*$/.test(policy)) {
      const message = 'expected letters of Latin-1 alone: STS takes no others in a policy';
      context.addIssue({ code: 'custom', path: ['sessionPolicy'], message });
    }
    const message = halvedMistake([given.accessKeyId, given.secretAccessKey, given.sessionToken], NAMES);
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['sessionToken'], message });
  });
/** A role of which a rule gives credentials. */
export type RoleSource = z.output<typeof roleSource>;

/** The policy of a session as AWS takes it; undefined where it has none of its own. */
export function sessionPolicyText({ sessionPolicy: policy }: Pick<RoleSource, 'sessionPolicy'>): string | undefined {
  return policy === undefined ? undefined : JSON.stringify(policy);
}

/** What is wrong with a managed policy for the sessions of a role. */
function policyMistake(arn: string, role: string): string | undefined {
  if (isAdministrator(arn))
    return 'expected policies that narrow the session, as this one leaves all that the role may do';
  const [, owner] = /:iam::(aws|\d{12}):/.exec(arn) ?? [];
  const account = role.split(':')[4];
  if (owner === 'aws' || owner === account) return undefined;
  return `expected a policy of AWS or of the role's account ${account}`;
}
