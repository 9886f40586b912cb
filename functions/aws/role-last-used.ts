import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { KeyturnError } from '../core/errors';
import type { RoleUse } from '../core/key/replaced';
import { type ClientConfig, reviewConfig } from './client-config';
import { calling } from './failure';

const roleMissing = { NoSuchEntityException: 'role-missing', NoSuchEntity: 'role-missing' } as const;

/** A role as IAM has it: its ARN has its path, and when any session of it last made a call, in any region. */
export interface NamedRole extends RoleUse {
  readonly arn: string;
}

/** When any session of a role last made a call, in any region. @throws KeyturnError `role-missing` and `aws-*` */
export async function roleLastUsed(client: IAMClient, role: string): Promise<RoleUse> {
  const name = role.slice(role.lastIndexOf('/') + 1);
  const { arn, at } = await roleNamed(client, name);
  // IAM finds a role by its name alone: under another path, or in another account, it is another one.
  if (arn !== role) throw new KeyturnError('role-missing', `iam:GetRole for ${name}: IAM has ${arn}, and not ${role}.`);
  return { at };
}

/** Looks at roles by their names. Throws KeyturnError `role-missing` and `aws-*`. */
export function createRoleLook(config: ClientConfig = reviewConfig()): (name: string) => Promise<NamedRole> {
  const client = new IAMClient(config);
  return (name) => roleNamed(client, name);
}

async function roleNamed(client: IAMClient, name: string): Promise<NamedRole> {
  const doing = `iam:GetRole for ${name}`;
  const { Role } = await calling(doing, roleMissing, () => client.send(new GetRoleCommand({ RoleName: name })));
  if (Role?.Arn === undefined) throw new KeyturnError('aws-uncertain', `${doing}: the answer names no role.`);
  return { arn: Role.Arn, at: Role.RoleLastUsed?.LastUsedDate };
}
