import type { Account } from '../../account/account';
import type { Properties } from '../properties';

/** A service acts in a role: it has to be one of the account. @throws Error that names the property */
export function assertRole(properties: Properties, name: string, account: Account): void {
  const arn = properties.text(name);
  const found = account.iam.roles.all().some((role) => role.arn === arn);
  if (!found) throw properties.invalid(name, `${arn} is no role of the account`);
}
