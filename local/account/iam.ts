import type { Clock } from '../clock';
import { AwsError } from './aws-error';
import { CredentialReport, type ReportMaking, type RootKey } from './credential-report';
import { type AccessKey, type AccessKeyDelays, AccessKeys } from './iam-access-keys';
import { ManagedPolicies } from './iam-managed-policies';
import { OidcProviders } from './iam-oidc-providers';
import { IamRoles } from './iam-roles';
import { type IamUser, IamUsers } from './iam-users';
import type { Identifiers } from './identifiers';
import type { Principal } from './principal';

export interface IamOptions {
  readonly accountId: string;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly delays: AccessKeyDelays;
  readonly reportMaking: ReportMaking;
  readonly rootKeys: readonly RootKey[];
}

/** A user or a role that has a managed policy. */
export interface PolicyEntity {
  readonly is: 'User' | 'Role';
  readonly name: string;
  readonly path: string;
  readonly id: string;
}

/** Identity and Access Management: users with their keys, roles, and the report about them. */
export class Iam {
  readonly users: IamUsers;
  readonly accessKeys: AccessKeys;
  readonly roles: IamRoles;
  readonly managedPolicies: ManagedPolicies;
  readonly oidcProviders: OidcProviders;
  readonly credentialReport: CredentialReport;
  readonly #clock: Clock;

  constructor({ accountId, clock, identifiers, delays, reportMaking, rootKeys }: IamOptions) {
    this.#clock = clock;
    this.users = new IamUsers(accountId, clock, identifiers);
    this.accessKeys = new AccessKeys(clock, identifiers, delays);
    this.roles = new IamRoles(accountId, clock, identifiers, delays.lastUsed, this.users);
    this.managedPolicies = new ManagedPolicies(accountId, clock, identifiers);
    this.oidcProviders = new OidcProviders(accountId, clock);
    const sources = { accountId, accountCreatedAt: clock.now(), users: this.users, keys: this.accessKeys, rootKeys };
    this.credentialReport = new CredentialReport(clock, sources, reportMaking);
  }

  /**
   * The user that a call is about: the named one, or the calling user itself.
   * @throws AwsError ValidationError when a role or root names nobody, NoSuchEntity.
   */
  subject(userName: string | undefined, caller: Principal): IamUser {
    const name = userName ?? caller.userName;
    if (name === undefined) {
      throw new AwsError('ValidationError', 400, 'Must specify userName when calling with non-User credentials');
    }
    return this.users.get(name);
  }

  createAccessKey(userName: string | undefined, caller: Principal): AccessKey {
    return this.accessKeys.create(this.subject(userName, caller));
  }

  /** @throws AwsError NoSuchEntity, ValidationError for another status than Active and Inactive. */
  updateAccessKey(userName: string | undefined, id: string, status: string, caller: Principal): void {
    if (status !== 'Active' && status !== 'Inactive') {
      const message = `1 validation error detected: Value '${status}' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]`;
      throw new AwsError('ValidationError', 400, message);
    }
    this.accessKeys.setStatus(this.subject(userName, caller), id, status);
  }

  deleteAccessKey(userName: string | undefined, id: string, caller: Principal): void {
    this.accessKeys.delete(this.subject(userName, caller), id);
  }

  /** Gives a user a password for the console. @throws AwsError NoSuchEntity, EntityAlreadyExists */
  createLoginProfile(userName: string | undefined, caller: Principal): { readonly user: IamUser; readonly at: number } {
    const user = this.subject(userName, caller);
    if (user.password !== undefined) {
      throw new AwsError('EntityAlreadyExists', 409, `Login Profile for user ${user.name} already exists.`);
    }
    const at = this.#clock.now();
    user.password = { changedAt: at };
    return { user, at };
  }

  /** @throws AwsError NoSuchEntity */
  deleteLoginProfile(userName: string | undefined, caller: Principal): void {
    const user = this.subject(userName, caller);
    if (user.password === undefined) {
      throw new AwsError('NoSuchEntity', 404, `Login Profile for User ${user.name} cannot be found.`);
    }
    user.password = undefined;
  }

  /** ARNs of managed policies that users and roles have, in their order, with how many have each. */
  attachedPolicies(): readonly (readonly [arn: string, count: number])[] {
    const counts = new Map<string, number>();
    for (const { policies } of [...this.users.all(), ...this.roles.all()])
      for (const arn of policies.attached) counts.set(arn, (counts.get(arn) ?? 0) + 1);
    return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /**
   * The users and roles that have a managed policy, sorted.
   * @throws AwsError NoSuchEntity for a policy of this account that nobody has: whether AWS has one of its own of a name
   * is AWS's to say.
   */
  entitiesWith(policyArn: string): readonly PolicyEntity[] {
    const roles = this.roles
      .all()
      .flatMap(({ policies, name, path, roleId: id }) =>
        policies.attached.has(policyArn) ? [{ is: 'Role' as const, name, path, id }] : [],
      );
    const users = this.users
      .all()
      .flatMap(({ policies, name, path, userId: id }) =>
        policies.attached.has(policyArn) ? [{ is: 'User' as const, name, path, id }] : [],
      );
    const entities = [...roles, ...users];
    if (entities.length === 0 && !policyArn.includes('::aws:policy/')) {
      throw new AwsError('NoSuchEntity', 404, `Policy ${policyArn} was not found.`);
    }
    return entities.sort((a, b) => (`${a.is} ${a.name}` < `${b.is} ${b.name}` ? -1 : 1));
  }

  /** @throws AwsError DeleteConflict while the user has keys, a password or policies. */
  deleteUser(userName: string | undefined, caller: Principal): void {
    const user = this.subject(userName, caller);
    if (this.accessKeys.of(user).length > 0) {
      throw new AwsError('DeleteConflict', 409, 'Cannot delete entity, must delete access keys first.');
    }
    if (user.password !== undefined) {
      throw new AwsError('DeleteConflict', 409, 'Cannot delete entity, must delete login profile first.');
    }
    user.policies.assertNone();
    this.users.delete(user);
  }
}
