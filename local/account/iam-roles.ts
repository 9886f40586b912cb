import type { Clock } from '../clock';
import { AwsError } from './aws-error';
import { IdentityPolicies, parsedPolicy } from './iam-policies';
import { assertName, assertPath, type IamUsers } from './iam-users';
import type { Identifiers } from './identifiers';
import { awsPrincipalsOf } from './policy/policy-document';

/** An IAM role. */
export interface IamRole {
  readonly name: string;
  readonly path: string;
  readonly roleId: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly description: string | undefined;
  assumeRolePolicyDocument: string;
  /** Users and roles of the account that the policy names, with the unique IDs that they had when it was written. */
  trusted: ReadonlyMap<string, string>;
  /** Seconds. */
  maxSessionDuration: number;
  /** ARN of a policy. It is kept, and narrows nothing here. */
  permissionsBoundary: string | undefined;
  readonly policies: IdentityPolicies;
  /** Calls of its sessions, oldest first; those before the last visible one are forgotten. */
  uses: readonly RoleUse[];
}

/** One call of a session. */
export interface RoleUse {
  /** ms since the epoch. */
  readonly at: number;
  readonly region: string;
}

export interface CreateRoleInput {
  readonly RoleName: string;
  /** JSON text. */
  readonly AssumeRolePolicyDocument: string;
  /** Default `/`. */
  readonly Path?: string | undefined;
  readonly Description?: string | undefined;
  /** Seconds, default 3600. */
  readonly MaxSessionDuration?: number | undefined;
  /** ARN of a policy. */
  readonly PermissionsBoundary?: string | undefined;
}

/** The account's roles and their policies: state for a policy evaluator, no evaluation. */
export class IamRoles {
  readonly #roles = new Map<string, IamRole>();

  constructor(
    private readonly accountId: string,
    private readonly clock: Clock,
    private readonly identifiers: Identifiers,
    /** ms until a use shows. */
    private readonly useDelay: number,
    private readonly users: IamUsers,
  ) {}

  /** All roles by name. */
  all(): readonly IamRole[] {
    return [...this.#roles.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws AwsError EntityAlreadyExists, MalformedPolicyDocument, ValidationError. */
  create(input: CreateRoleInput): IamRole {
    assertName('roleName', input.RoleName, 64);
    const path = input.Path ?? '/';
    assertPath(path);
    if (this.#roles.has(input.RoleName)) {
      throw new AwsError('EntityAlreadyExists', 409, `Role with name ${input.RoleName} already exists.`);
    }
    const role: IamRole = {
      name: input.RoleName,
      path,
      roleId: this.identifiers.uniqueId('AROA'),
      arn: `arn:aws:iam::${this.accountId}:role${path}${input.RoleName}`,
      createdAt: this.clock.now(),
      description: input.Description,
      assumeRolePolicyDocument: parsedPolicy(input.AssumeRolePolicyDocument),
      trusted: this.trustedBy(input.AssumeRolePolicyDocument),
      maxSessionDuration: input.MaxSessionDuration ?? 3600,
      permissionsBoundary: input.PermissionsBoundary,
      policies: new IdentityPolicies('role'),
      uses: [],
    };
    this.#roles.set(role.name, role);
    return role;
  }

  /** @throws AwsError NoSuchEntity */
  get(name: string): IamRole {
    const role = this.#roles.get(name);
    if (role === undefined) throw new AwsError('NoSuchEntity', 404, `The role with name ${name} cannot be found.`);
    return role;
  }

  /** Who may take it on from here, and for how long. @throws AwsError NoSuchEntity, MalformedPolicyDocument */
  update(name: string, trust: Pick<CreateRoleInput, 'AssumeRolePolicyDocument' | 'MaxSessionDuration'>): IamRole {
    const role = this.get(name);
    const document = parsedPolicy(trust.AssumeRolePolicyDocument);
    role.trusted = this.trustedBy(document);
    role.assumeRolePolicyDocument = document;
    role.maxSessionDuration = trust.MaxSessionDuration ?? role.maxSessionDuration;
    return role;
  }

  /**
   * Whether who has a name now is who had it when a role's policy was written: IAM keeps the unique ID, so that whoever is
   * made anew under a name that was trusted is not.
   */
  isStill(role: IamRole, arn: string): boolean {
    const id = role.trusted.get(arn);
    return id === undefined || id === this.uniqueIdOf(arn);
  }

  /** Whom of the account's own a policy trusts. @throws AwsError MalformedPolicyDocument where one is not there */
  private trustedBy(document: string): ReadonlyMap<string, string> {
    const own = new RegExp(`^arn:[\\w-]+:iam::${this.accountId}:(role|user)/`);
    const named = awsPrincipalsOf(document).filter((arn) => own.test(arn));
    return new Map(
      named.map((arn) => {
        const id = this.uniqueIdOf(arn);
        if (id !== undefined) return [arn, id];
        throw new AwsError('MalformedPolicyDocument', 400, `Invalid principal in policy: "AWS":"${arn}"`);
      }),
    );
  }

  private uniqueIdOf(arn: string): string | undefined {
    return this.findByArn(arn)?.roleId ?? this.users.all().find((user) => user.arn === arn)?.userId;
  }

  findByArn(arn: string): IamRole | undefined {
    const role = this.#roles.get(arn.slice(arn.lastIndexOf('/') + 1));
    return role?.arn === arn ? role : undefined;
  }

  /** Notes that one of its sessions signed a request; a role that is gone has none. */
  recordUse(name: string, region: string): void {
    const role = this.#roles.get(name);
    if (role === undefined) return;
    this.lastUse(role);
    role.uses = [...role.uses, { at: this.clock.now(), region }];
  }

  /** The latest use that has become visible; undefined reads as "never used". */
  lastUse(role: IamRole): RoleUse | undefined {
    const visible = role.uses.findLastIndex((use) => use.at + this.useDelay <= this.clock.now());
    if (visible > 0) role.uses = role.uses.slice(visible);
    return visible === -1 ? undefined : role.uses[0];
  }

  /** @throws AwsError NoSuchEntity, DeleteConflict while the role has policies. */
  delete(name: string): void {
    const role = this.get(name);
    role.policies.assertNone();
    this.#roles.delete(role.name);
  }
}
