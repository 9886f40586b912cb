import { AwsError } from './aws-error';
import type { Sessions } from './credentials';
import type { IamRoles } from './iam-roles';
import type { Principal, SessionCredentials } from './principal';

export interface CallerIdentity {
  readonly UserId: string;
  readonly Account: string;
  readonly Arn: string;
}

export interface AssumeRoleInput {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
  /** Default 3600, at least 900, at most 43200. */
  readonly DurationSeconds?: number | undefined;
}

/** Security Token Service: who am I, and sessions of roles. */
export class Sts {
  constructor(
    private readonly accountId: string,
    private readonly roles: IamRoles,
    private readonly sessions: Sessions,
  ) {}

  getCallerIdentity(caller: Principal): CallerIdentity {
    return { UserId: caller.userId, Account: this.accountId, Arn: caller.arn };
  }

  /** @throws AwsError AccessDenied for an unknown role and for root, as AWS does; ValidationError. */
  assumeRole(input: AssumeRoleInput, caller: Principal) {
    const seconds = input.DurationSeconds ?? 3600;
    if (seconds < 900 || seconds > 43_200) {
      throw new AwsError('ValidationError', 400, 'The requested DurationSeconds must be between 900 and 43200.');
    }
    if (!/^[\w+=,.@-]{2,64}$/.test(input.RoleSessionName)) {
      throw new AwsError('ValidationError', 400, 'RoleSessionName must match [\\w+=,.@-]{2,64}');
    }
    if (caller.kind === 'root') throw new AwsError('AccessDenied', 403, 'Roles may not be assumed by root accounts.');
    const role = this.roles.findByArn(input.RoleArn);
    if (role === undefined) {
      const message = `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${input.RoleArn}`;
      throw new AwsError('AccessDenied', 403, message);
    }
    const principal = this.assumedRole(input.RoleArn, input.RoleSessionName);
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = this.sessions.open(principal, seconds * 1000);
    return {
      Credentials: {
        AccessKeyId: accessKeyId,
        SecretAccessKey: secretAccessKey,
        SessionToken: sessionToken,
        Expiration: expiration,
      },
      AssumedRoleUser: { AssumedRoleId: principal.userId, Arn: principal.arn },
    };
  }

  /** A session that a service such as Lambda holds for its role; it never ends. */
  serviceSession(roleArn: string, sessionName: string): SessionCredentials {
    return this.sessions.open(this.assumedRole(roleArn, sessionName));
  }

  /** The administrator's session. */
  rootSession(): SessionCredentials {
    return this.sessions.open({ kind: 'root', arn: `arn:aws:iam::${this.accountId}:root`, userId: this.accountId });
  }

  private assumedRole(roleArn: string, sessionName: string): Omit<Principal, 'accessKeyId'> {
    const roleName = roleArn.slice(roleArn.lastIndexOf('/') + 1);
    const roleId = this.roles.findByArn(roleArn)?.roleId ?? `AROA${roleName.toUpperCase().replace(/[^A-Z2-7]/g, '')}`;
    return {
      kind: 'role',
      arn: `arn:aws:sts::${this.accountId}:assumed-role/${roleName}/${sessionName}`,
      userId: `${roleId}:${sessionName}`,
      roleName,
      roleArn,
    };
  }
}
