import * as z from 'zod';
import { bitbucketOidcSchema, bitbucketTrust, isProviderOf } from '../hosts/bitbucket-oidc';
import type { OidcTrust } from '../hosts/oidc';
import type { Mistake } from './config-issue';

/** IAM: hours of a session of a role that is taken with a token. */
const LONGEST_SESSION = 12;
/** CloudFormation: 200 outputs of a stack, of which a role has two; half of them are left for what else there is. */
export const MOST_ROLES = 50;
/** IAM: managed policies that a role has, as long as nobody has asked AWS for more. */
export const MOST_POLICIES = 10;
/** Ranges in one trust policy: with all of them it stays under IAM's 2,048 characters. */
export const MOST_ADDRESSES = 30;

/** What the schema takes for addresses, for patterns elsewhere. */
export const ADDRESS_PATTERNS = {
  ipv4: z.regexes.ipv4.source.slice(1, -1),
  ipv6: z.regexes.ipv6.source.slice(1, -1),
};

const POLICY_ARN = /^arn:aws[a-z-]*:iam::(aws|\d{12}):policy\/[\w+=,.@/-]{1,512}$/;

/** AWS's own policies, by their path and name, with which a pipeline does everything, or gives itself the right to. */
const ADMINISTRATOR = /^(.*\/)?(AdministratorAccess(-.*)?|IAMFullAccess)$/i;

/** Whether a policy lets a pipeline do everything. @param arn or, of one of AWS's own, its name alone */
export function isAdministrator(arn: string): boolean {
  const name = arn.includes(':') ? /:iam::aws:policy\/(.*)$/i.exec(arn)?.[1] : arn;
  return name !== undefined && ADMINISTRATOR.test(name);
}

/** What has to be written where a pipeline is to do everything: whoever pushes to the repository then can. */
export const ADMINISTRATOR_WORDS = 'whoever can push to the repository may do everything in this account';

/** What is said of a policy with which a pipeline may do everything. */
export const TOO_MUCH = 'expected policies of what the pipeline does, as this one lets it do everything';

export const policyArn = z.string().regex(POLICY_ARN, 'expected the ARN of a managed policy of IAM');

/** An address or a range of them, as `aws:SourceIp` takes it; the whole of the internet is no range. */
const addresses = z
  .union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()], 'expected an address or a range, such as 104.192.136.0/21')
  .refine((range) => !/\/0*[0-7]$/.test(range), 'expected a range that is smaller, as this one lets in whole networks');

/** One item of `roles` in `keyturn.yaml`. */
export const roleSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[\w+=,.@-]{1,64}$/, 'expected the name of an IAM role: letters, digits and +=,.@_-, at most 64')
      .describe('Name of the IAM role.'),
    bitbucket: bitbucketOidcSchema.describe('Whose steps of Bitbucket Pipelines may take the role.'),
    provider: z
      .string()
      .optional()
      .describe("ARN of the workspace's provider, where the account has it already; otherwise the stack makes it."),
    addresses: z
      .array(addresses)
      .min(1)
      .max(MOST_ADDRESSES)
      .optional()
      .describe('Addresses that the steps come from; without them any.'),
    sessionHours: z
      .int()
      .min(1)
      .max(LONGEST_SESSION)
      .default(1)
      .describe('Hours that a session lasts at most; SDKs ask for one, so that the step has to ask for more.'),
    managedPolicies: z
      .array(policyArn)
      .max(MOST_POLICIES)
      .default([])
      .describe('ARNs of the managed policies that say what the role may do.'),
    permissionsBoundary: policyArn.optional().describe('ARN of the managed policy that the role can never exceed.'),
    allowAdministrator: z
      .literal(ADMINISTRATOR_WORDS)
      .optional()
      .describe(
        'Has to be written, in these words, where AdministratorAccess, AdministratorAccess-… or IAMFullAccess is among the policies.',
      ),
  })
  .superRefine(({ bitbucket, provider, managedPolicies, allowAdministrator }, context) => {
    if (provider !== undefined && !isProviderOf(provider, bitbucket.workspace)) {
      const message = `expected the ARN of the OIDC provider of ${trustOf({ bitbucket }).issuer}`;
      context.addIssue({ code: 'custom', path: ['provider'], message });
    }
    managedPolicies.forEach((arn, at) => {
      if (allowAdministrator !== undefined || !isAdministrator(arn)) return;
      context.addIssue({ code: 'custom', path: ['managedPolicies', at], message: TOO_MUCH });
    });
  });
/** A role that pipelines take, with its defaults. */
export type RoleConfig = z.output<typeof roleSchema>;
/** The same as a person writes it. */
export type RoleInput = z.input<typeof roleSchema>;

/** Whose tokens a role trusts, whatever the host. */
export function trustOf({ bitbucket }: Pick<RoleConfig, 'bitbucket'>): OidcTrust {
  return bitbucketTrust(bitbucket);
}

/** What is wrong between roles that are each sound on their own. */
export function rolesMistakes(roles: readonly RoleConfig[]): readonly Mistake[] {
  return roles.flatMap((role, at) => {
    const before = roles.slice(0, at);
    const twin = before.find(({ name }) => name.toLowerCase() === role.name.toLowerCase());
    const mistakes: Mistake[] = [];
    if (twin !== undefined) {
      const message = `expected a name of its own, found "${role.name}", which is taken by another role here`;
      mistakes.push({ path: ['roles', at, 'name'], message });
    }
    const neighbour = before.find((other) => trustOf(other).issuer === trustOf(role).issuer);
    if (neighbour !== undefined && neighbour.provider !== role.provider) {
      const message = `expected the same as at "${neighbour.name}", as an account has one provider of a workspace`;
      mistakes.push({ path: ['roles', at, 'provider'], message });
    }
    return mistakes;
  });
}
