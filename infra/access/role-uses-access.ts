import type { IDependable } from 'constructs';
import type { GrowingPolicy } from './growing-policy';

const MAY = 'see when the roles that are to replace keys were last used';

/** The right to see when exactly the roles were used that keys are to be replaced by. */
export class RoleUsesAccess {
  private readonly known = new Map<string, IDependable>();

  /** @param rights of the role of deactivate */
  constructor(private readonly rights: GrowingPolicy) {}

  /** @returns what holds the right */
  add(role: string): IDependable {
    const holder =
      this.known.get(role) ?? this.rights.allow({ sid: 'ReplacingRoles', actions: ['iam:GetRole'] }, [role]);
    this.known.set(role, holder);
    return holder;
  }

  /** In words. */
  get words(): readonly string[] {
    return this.known.size === 0 ? [] : [MAY];
  }
}
