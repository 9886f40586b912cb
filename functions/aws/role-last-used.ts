import { GetRoleCommand, type IAMClient } from '@aws-sdk/client-iam';
import { KeyturnError } from '../core/errors';
import type { RoleUse } from '../core/key/replaced';
import { calling } from './failure';

const roleMissing = { NoSuchEntityException: 'role-missing', NoSuchEntity: 'role-missing' } as const;

/** When any session of a role last made a call, in any region. @throws KeyturnError `role-missing` and `aws-*` */
export async function roleLastUsed(client: IAMClient, arn: string): Promise<RoleUse> {
  const name = arn.slice(arn.lastIndexOf('/') + 1);
  const doing = `iam:GetRole for ${name}`;
  const { Role } = await calling(doing, roleMissing, () => client.send(new GetRoleCommand({ RoleName: name })));
  // IAM finds a role by its name alone: under another path, or in another account, it is another one.
  if (Role?.Arn !== arn) throw new KeyturnError('role-missing', `${doing}: IAM has ${Role?.Arn}, and not ${arn}.`);
  return { at: Role.RoleLastUsed?.LastUsedDate };
}
