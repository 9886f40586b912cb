import type { IDependable } from 'constructs';
import { userArn, userArns } from './arns';
import type { GrowingPolicy } from './growing-policy';

/** One role's rights on exactly the managed users: by their names, or by the path that they and nobody else are under. */
export class UserAccess {
  private readonly rights: GrowingPolicy;
  private readonly actions: readonly string[];
  private readonly all: IDependable | undefined;

  /**
   * @param actions what the role may do to the access keys of the managed users
   * @param path that all of them are under, such as `/pipelines/`
   */
  constructor(rights: GrowingPolicy, actions: readonly string[], path?: string) {
    this.rights = rights;
    this.actions = actions;
    if (path !== undefined) this.all = this.allow([userArn(`${path.slice(1)}*`)]);
  }

  /**
   * @param path whether the user is known to have no path, because the stack creates it
   * @returns what holds the right
   */
  add(user: string, path: 'root' | 'any'): IDependable {
    return this.all ?? this.allow(userArns(user, path));
  }

  private allow(arns: readonly string[]): IDependable {
    return this.rights.allow({ sid: 'ManagedUsersKeys', actions: this.actions }, arns);
  }
}
