import { type IAMClient, ListEntitiesForPolicyCommand, ListPoliciesCommand } from '@aws-sdk/client-iam';
import type { QuarantinedUser } from '../core/key/quarantine';
import { QUARANTINE_POLICY } from '../core/names';
import { calling } from './failure';

/** All pages of both lists; the second one only of policies that somebody has. */
export async function quarantinedUsers(client: IAMClient): Promise<readonly QuarantinedUser[]> {
  const policies = new Map<string, string[]>();
  for (const arn of await attachedQuarantines(client)) {
    for (const user of await usersWith(client, arn)) policies.set(user, [...(policies.get(user) ?? []), arn]);
  }
  return [...policies].map(([user, arns]) => ({ user, policies: arns }));
}

/** ARNs of AWS's own policies of that name, whatever its version, that somebody has. */
async function attachedQuarantines(client: IAMClient): Promise<readonly string[]> {
  const found: string[] = [];
  let marker: string | undefined;
  do {
    const page = await calling('iam:ListPolicies of those of AWS that are attached', {}, () =>
      client.send(new ListPoliciesCommand({ Scope: 'AWS', OnlyAttached: true, MaxItems: 1000, Marker: marker })),
    );
    found.push(
      ...(page.Policies ?? []).flatMap(({ PolicyName, Arn }) =>
        PolicyName?.startsWith(QUARANTINE_POLICY) && Arn !== undefined ? [Arn] : [],
      ),
    );
    marker = page.IsTruncated ? page.Marker : undefined;
  } while (marker !== undefined);
  return found;
}

async function usersWith(client: IAMClient, PolicyArn: string): Promise<readonly string[]> {
  const users: string[] = [];
  let marker: string | undefined;
  do {
    const page = await calling(`iam:ListEntitiesForPolicy of ${PolicyArn}`, {}, () =>
      client.send(
        new ListEntitiesForPolicyCommand({ PolicyArn, EntityFilter: 'User', MaxItems: 1000, Marker: marker }),
      ),
    );
    users.push(...(page.PolicyUsers ?? []).flatMap(({ UserName }) => UserName ?? []));
    marker = page.IsTruncated ? page.Marker : undefined;
  } while (marker !== undefined);
  return users;
}
