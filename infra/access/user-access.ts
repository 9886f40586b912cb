import type { IDependable } from 'constructs';
import { userArns } from './arns';
import type { GrowingPolicy } from './growing-policy';

/** One role's rights on exactly the managed users, by name. */
export class UserAccess {
  private readonly rights: GrowingPolicy;
  private readonly actions: readonly string[];

  /** @param actions what the role may do to the access keys of the managed users */
  constructor(rights: GrowingPolicy, actions: readonly string[]) {
    this.rights = rights;
    this.actions = actions;
  }

  /**
   * @param path whether the user is known to have no path, because the stack creates it
   * @returns what holds the right
   */
  add(user: string, path: 'root' | 'any'): IDependable {
    return this.rights.allow({ sid: 'ManagedUsersKeys', actions: this.actions }, userArns(user, path));
  }
}
