import { Annotations } from 'aws-cdk-lib';
import { ManagedPolicy, type PolicyDocument, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { userArns } from './arns';

/** IAM: a managed policy has at most 6,144 characters; the rest is for the statement around the ARNs. */
const ROOM_IN_MANAGED_POLICY = 5_800;
/** IAM: a role's inline policies have at most 10,240 characters together; the function's other statements need half. */
const ROOM_IN_ROLE = 5_000;
/** IAM: managed policies a role, by default and after raising the quota "Managed policies per role". */
const MANAGED_POLICIES = { byDefault: 10, atMost: 25 };
/** How long an ARN can get when its tokens are resolved: the longest partition, and an account ID. */
const LONGEST_ARN_START = 'arn:aws-us-gov:iam::123456789012:user/'.length;

export interface UserAccessProps {
  readonly role: Role;
  /** The role's inline policy: holds the first users. */
  readonly policy: PolicyDocument;
  /** What the role may do to the access keys of the managed users. */
  readonly actions: readonly string[];
}

/**
 * One role's rights on exactly the managed users, by name. The first users stand in the role's inline policy; when they
 * are too many for it, managed policies hold the others.
 */
export class UserAccess extends Construct {
  private readonly props: UserAccessProps;
  private statement: PolicyStatement | undefined;
  private room = ROOM_IN_ROLE;
  private managedPolicies = 0;

  constructor(scope: Construct, id: string, props: UserAccessProps) {
    super(scope, id);
    this.props = props;
  }

  /** @param path whether the user is known to have no path, because the stack creates it */
  add(user: string, path: 'root' | 'any'): void {
    const arns = userArns(this, user, path);
    const length = arns.length * (LONGEST_ARN_START + '*/'.length + user.length + '"",'.length);
    if (this.statement === undefined || length > this.room) this.statement = this.openStatement();
    this.statement.addResources(...arns);
    this.room -= length;
  }

  private openStatement(): PolicyStatement {
    const statement = new PolicyStatement({ sid: 'ManagedUsersKeys', actions: [...this.props.actions] });
    if (this.statement === undefined) {
      this.props.policy.addStatements(statement);
      return statement;
    }
    this.managedPolicies += 1;
    this.checkQuota();
    new ManagedPolicy(this, `Users${this.managedPolicies}`, { roles: [this.props.role], statements: [statement] });
    this.room = ROOM_IN_MANAGED_POLICY;
    return statement;
  }

  private checkQuota(): void {
    const { byDefault, atMost } = MANAGED_POLICIES;
    if (this.managedPolicies === byDefault + 1) {
      Annotations.of(this).addWarningV2(
        'keyturn:managed-policies',
        `The managed users need more than ${byDefault} managed policies on one role. ` +
          `Ask for a higher IAM quota "Managed policies per role" (up to ${atMost}) before you deploy.`,
      );
    }
    if (this.managedPolicies === atMost + 1) {
      Annotations.of(this).addError(
        `The managed users need more than ${atMost} managed policies on one role, and IAM allows no more. ` +
          'Manage fewer users in this account, or give them shorter names.',
      );
    }
  }
}
