import { AwsError } from './aws-error';
import type { Sessions } from './credentials';
import type { IamRole, IamRoles } from './iam-roles';
import { askPolicy, type PolicyAnswer, type PolicyRequest } from './policy/policy-document';
import type { Principal, SessionCredentials } from './principal';
import type { WebIdentities } from './web-identity';

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

export interface AssumeRoleWithWebIdentityInput extends AssumeRoleInput {
  readonly WebIdentityToken: string;
}

/** Security Token Service: who am I, and sessions of roles. */
export class Sts {
  constructor(
    private readonly accountId: string,
    private readonly roles: IamRoles,
    private readonly sessions: Sessions,
    private readonly webIdentities: WebIdentities,
  ) {}

  getCallerIdentity(caller: Principal): CallerIdentity {
    return { UserId: caller.userId, Account: this.accountId, Arn: caller.arn };
  }

  /**
   * What a role's policy leaves to the account everybody of the account may: policies of users are not judged here.
   *
   * @throws AwsError AccessDenied for an unknown role, one that does not trust who asks, and root; ValidationError
   */
  assumeRole(input: AssumeRoleInput, caller: Principal) {
    const seconds = durationOf(input);
    if (caller.kind === 'root') throw new AwsError('AccessDenied', 403, 'Roles may not be assumed by root accounts.');
    const role = this.roles.findByArn(input.RoleArn);
    const trust = role && answerOf(role, this.accountId, byCaller(caller, this.accountId, input.RoleSessionName));
    if (trust !== 'allowed' && trust !== 'account') {
      const message = `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${input.RoleArn}`;
      throw new AwsError('AccessDenied', 403, message);
    }
    return this.opened(input, seconds);
  }

  private opened(input: AssumeRoleInput, seconds: number) {
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

  /**
   * Takes a role with a token of an issuer that the account knows, by what the role's own policy says of it.
   *
   * @throws AwsError InvalidIdentityToken, ExpiredTokenException, IDPCommunicationError, AccessDenied, ValidationError
   */
  assumeRoleWithWebIdentity(input: AssumeRoleWithWebIdentityInput, caller: Principal) {
    const seconds = durationOf(input);
    const { provider, subject, audiences } = this.webIdentities.check(input.WebIdentityToken);
    const role = this.roles.findByArn(input.RoleArn);
    const name = provider.url.replace(/^https:\/\//, '');
    const asks = {
      action: 'sts:AssumeRoleWithWebIdentity',
      principalArns: [],
      federated: provider.arn,
      context: {
        [`${name}:aud`]: audiences.length === 1 ? audiences[0] : audiences,
        [`${name}:sub`]: subject,
        'aws:SourceIp': caller.webIdentity?.sourceIp,
        'sts:RoleSessionName': input.RoleSessionName,
      },
    };
    const isTrusted = role !== undefined && answerOf(role, this.accountId, asks) === 'allowed';
    if (!isTrusted) throw new AwsError('AccessDenied', 403, 'Not authorized to perform sts:AssumeRoleWithWebIdentity');
    if (seconds > role.maxSessionDuration) {
      const message = 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.';
      throw new AwsError('ValidationError', 400, message);
    }
    return {
      ...this.opened(input, seconds),
      SubjectFromWebIdentityToken: subject,
      Provider: provider.arn,
      Audience: audiences.join(','),
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

/** Seconds that are asked for. @throws AwsError ValidationError, of the session's name too */
function durationOf({ DurationSeconds: seconds = 3600, RoleSessionName }: AssumeRoleInput): number {
  if (seconds < 900 || seconds > 43_200) {
    throw new AwsError('ValidationError', 400, 'The requested DurationSeconds must be between 900 and 43200.');
  }
  if (!/^[\w+=,.@-]{2,64}$/.test(RoleSessionName)) {
    throw new AwsError('ValidationError', 400, 'RoleSessionName must match [\\w+=,.@-]{2,64}');
  }
  return seconds;
}

type Asks = Pick<PolicyRequest, 'action' | 'principalArns' | 'federated' | 'context'>;

function byCaller({ arn, roleArn = arn, userId, userName }: Principal, accountId: string, session: string): Asks {
  return {
    action: 'sts:AssumeRole',
    principalArns: [arn, roleArn],
    context: {
      'aws:PrincipalArn': roleArn,
      'aws:PrincipalAccount': accountId,
      'aws:userid': userId,
      'aws:username': userName,
      'aws:PrincipalIsAWSService': 'false',
      'aws:SecureTransport': 'true',
      'sts:RoleSessionName': session,
    },
  };
}

/** What cannot be judged here is not trusted. */
function answerOf(role: IamRole, accountId: string, asks: Asks): PolicyAnswer {
  try {
    return askPolicy(role.assumeRolePolicyDocument, { ...asks, resource: role.arn, accountId });
  } catch {
    return 'silent';
  }
}
