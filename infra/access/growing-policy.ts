import { Annotations } from 'aws-cdk-lib';
import { ManagedPolicy, type PolicyDocument, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Construct, type IDependable } from 'constructs';
import { policySize } from './policy-size';

/** IAM: a managed policy has at most 6,144 characters; the rest is for the statement around the ARNs. */
const ROOM_IN_MANAGED_POLICY = 5_800;
/** IAM: a role's inline policies have at most 10,240 characters together; the function's other statements need half. */
const ROOM_IN_ROLE = 5_000;
/** IAM: managed policies a role, by default and after raising the quota "Managed policies per role". */
const MANAGED_POLICIES = { byDefault: 10, atMost: 25 };

export interface GrowingPolicyProps {
  readonly role: Role;
  /** The role's inline policy: holds the first ARNs. */
  readonly policy: PolicyDocument;
}

/** What is allowed, whatever it is allowed on. */
export interface Right {
  /** Tells the rights of one role apart. */
  readonly sid: string;
  /** In words, for whoever reviews it. @default - those of `rights.ts` say it */
  readonly may?: string;
  readonly actions: readonly string[];
  readonly conditions?: Record<string, Record<string, string | readonly string[]>>;
}

/** A statement that takes more ARNs as long as there is room. */
interface Place {
  readonly statement: PolicyStatement;
  readonly holder: IDependable;
  readonly room: { left: number };
}

/**
 * Rights of one role on things that are many, each by its name. The first ones stand in the role's inline policy; when
 * they are too many for it, managed policies hold the others.
 */
export class GrowingPolicy extends Construct {
  private readonly props: GrowingPolicyProps;
  private readonly places = new Map<string, Place>();
  private readonly roomInRole = { left: ROOM_IN_ROLE };
  private managedPolicies = 0;

  constructor(scope: Construct, id: string, props: GrowingPolicyProps) {
    super(scope, id);
    this.props = props;
  }

  /** @returns what holds the right, for whatever has to wait until the role has it */
  allow(right: Right, arns: readonly string[]): IDependable {
    const size = arns.reduce((sum, arn) => sum + policySize(this, arn) + '"",'.length, 0);
    let place = this.places.get(right.sid);
    if (place === undefined || size > place.room.left) {
      place = this.openPlace(right, size);
      this.places.set(right.sid, place);
    }
    place.statement.addResources(...arns);
    place.room.left -= size;
    return place.holder;
  }

  private openPlace({ sid, actions, conditions }: Right, size: number): Place {
    const { role, policy } = this.props;
    const statement = new PolicyStatement({
      sid,
      actions: [...actions],
      conditions,
    });
    if (!this.places.has(sid) && size <= this.roomInRole.left) {
      policy.addStatements(statement);
      return { statement, holder: role, room: this.roomInRole };
    }
    this.managedPolicies += 1;
    this.checkQuota();
    const holder = new ManagedPolicy(this, `More${this.managedPolicies}`, { roles: [role], statements: [statement] });
    return { statement, holder, room: { left: ROOM_IN_MANAGED_POLICY } };
  }

  private checkQuota(): void {
    const { byDefault, atMost } = MANAGED_POLICIES;
    if (this.managedPolicies === byDefault + 1) {
      Annotations.of(this).addWarningV2(
        'keyturn:managed-policies',
        `The managed users, the connections or the roles that replace keys need more than ${byDefault} managed policies ` +
          `on one role. Ask for a higher IAM quota "Managed policies per role" (up to ${atMost}) before you deploy, or ` +
          'know the users by their path (users.path).',
      );
    }
    if (this.managedPolicies === atMost + 1) {
      Annotations.of(this).addError(
        `The managed users, the connections or the roles that replace keys need more than ${atMost} managed policies ` +
          'on one role, and IAM allows no more (IAM: 6,144 characters a policy). Give the functions their rights by a ' +
          'path, which has room for every user of an account (users: { path: /pipelines/ }), let more targets share a ' +
          'connection, retire fewer keys at a time, or use shorter names.',
      );
    }
  }
}
