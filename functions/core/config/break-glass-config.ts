import * as z from 'zod';

/** A user, or a role: never a whole account, whoever that lets in. */
const PERSON = /^arn:aws[a-z-]*:iam::\d{12}:(user|role)\/[\w+=,.@/-]{1,512}$/;
/** Roles that IAM Identity Center alone makes: it asks for the second factor, and its sessions do not tell of it. */
const SINGLE_SIGN_ON = /^arn:aws[a-z-]*:iam::\d{12}:role\/aws-reserved\/sso\.amazonaws\.com\//;

/** The setting `breakGlass` of `keyturn.yaml`. */
export const breakGlassSchema = z.strictObject({
  trusted: z
    .array(z.string().regex(PERSON, 'expected the ARN of an IAM user, or of a role such as one of IAM Identity Center'))
    .min(1)
    .max(10)
    .describe('ARNs of the users and roles that may take the break-glass role on.'),
  until: z.iso
    .date('expected a date such as 2027-05-31')
    .optional()
    .describe('Last day on which anybody may (UTC); without it there is no end.'),
});

/** Whether the people of a role have signed in through IAM Identity Center. */
export function isSingleSignOn(arn: string): boolean {
  return SINGLE_SIGN_ON.test(arn);
}
