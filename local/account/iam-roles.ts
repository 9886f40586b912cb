import type { Clock } from '../clock';
import { AwsError } from './aws-error';
import { IdentityPolicies, parsedPolicy } from './iam-policies';
import { assertName, assertPath } from './iam-users';
import type { Identifiers } from './identifiers';

/** An IAM role. */
export interface IamRole {
  readonly name: string;
  readonly path: string;
  readonly roleId: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly description: string | undefined;
  assumeRolePolicyDocument: string;
  /** Seconds. */
  maxSessionDuration: number;
  readonly policies: IdentityPolicies;
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
}

/** The account's roles and their policies: state for a policy evaluator, no evaluation. */
export class IamRoles {
  readonly #roles = new Map<string, IamRole>();

  constructor(
    private readonly accountId: string,
    private readonly clock: Clock,
    private readonly identifiers: Identifiers,
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
      maxSessionDuration: input.MaxSessionDuration ?? 3600,
      policies: new IdentityPolicies('role'),
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
    role.assumeRolePolicyDocument = parsedPolicy(trust.AssumeRolePolicyDocument);
    role.maxSessionDuration = trust.MaxSessionDuration ?? role.maxSessionDuration;
    return role;
  }

  findByArn(arn: string): IamRole | undefined {
    const role = this.#roles.get(arn.slice(arn.lastIndexOf('/') + 1));
    return role?.arn === arn ? role : undefined;
  }

  /** @throws AwsError NoSuchEntity, DeleteConflict while the role has policies. */
  delete(name: string): void {
    const role = this.get(name);
    role.policies.assertNone();
    this.#roles.delete(role.name);
  }
}
