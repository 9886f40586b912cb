import * as z from 'zod';
import type { IamRole } from '../../local/account/iam-roles';

const one = z.union([z.string().transform((text) => [text]), z.array(z.string())]).default([]);
const conditionsSchema = z.record(z.string(), one).default({});
const policySchema = z.object({
  Statement: z.array(
    z.looseObject({
      Action: one,
      Principal: z.looseObject({ Federated: z.string().optional() }).optional(),
      Condition: z
        .looseObject({ StringEquals: conditionsSchema, StringLike: conditionsSchema, IpAddress: conditionsSchema })
        .optional(),
    }),
  ),
});

/** Steps that a role trusts, by what its own policy says. */
export interface TrustedSteps {
  readonly role: Pick<IamRole, 'arn' | 'name'>;
  readonly workspace: string;
  readonly audience: string;
  /** UUIDs in braces. */
  readonly repository: string;
  /** @default - any step of the repository */
  readonly environment: string | undefined;
  /** One that the role is taken from. @default - any */
  readonly address: string | undefined;
}

/** An issuer of Bitbucket's, as IAM names providers. */
const ISSUER = /oidc-provider\/(api\.bitbucket\.org\/2\.0\/workspaces\/([^/]+)\/pipelines-config\/identity\/oidc)$/;
/** `{repository}:{environment}:*`, or `{repository}:*`. */
const SUBJECT = /^(\{[^}]+\}):(?:(\{[^}]+\}):)?\*$/;

/** Who may take a role with a token of Bitbucket Pipelines; nobody, where it is another kind of role. */
export function trustedSteps(role: IamRole): readonly TrustedSteps[] {
  const policy = policySchema.safeParse(JSON.parse(role.assumeRolePolicyDocument));
  const statements = policy.success ? policy.data.Statement : [];
  return statements.flatMap(({ Action, Principal, Condition }) => {
    const [, issuer, workspace] = ISSUER.exec(Principal?.Federated ?? '') ?? [];
    const audience = Condition?.StringEquals[`${issuer}:aud`]?.[0];
    if (!Action.includes('sts:AssumeRoleWithWebIdentity') || workspace === undefined || audience === undefined)
      return [];
    const address = Condition?.IpAddress['aws:SourceIp']?.[0]?.replace(/\/\d+$/, '');
    return (Condition?.StringLike[`${issuer}:sub`] ?? []).flatMap((subject) => {
      const [, repository, environment] = SUBJECT.exec(subject) ?? [];
      return repository === undefined ? [] : [{ role, workspace, audience, repository, environment, address }];
    });
  });
}
