import { AwsError } from './aws-error';
import type { Sessions } from './credentials';
import type { Iam } from './iam';
import type { IamRole, IamRoles } from './iam-roles';
import { contextOf } from './policy/call-context';
import { askPolicy, type PolicyAnswer, type PolicyRequest } from './policy/policy-document';
import type { Principal, SessionCredentials, SessionTerms } from './principal';
import { type SessionTermsInput, sessionTerms } from './session-terms';
import type { WebIdentities } from './web-identity';

export interface CallerIdentity {
  readonly UserId: string;
  readonly Account: string;
  readonly Arn: string;
}

/** What both ways of taking a role have. */
interface RoleInput {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
  /** Default 3600, at least 900, at most 43200 and what the role allows. */
  readonly DurationSeconds?: number | undefined;
}

export type AssumeRoleInput = RoleInput & SessionTermsInput;

export interface AssumeRoleWithWebIdentityInput extends RoleInput {
  readonly WebIdentityToken: string;
}

/** Seconds of a session that somebody takes with the session of another role ("Role chaining" in IAM's User Guide). */
const LONGEST_CHAINED = 3_600;

/** Security Token Service: who am I, and sessions of roles. */
export class Sts {
  private readonly roles: IamRoles;

  constructor(
    private readonly accountId: string,
    private readonly iam: Iam,
    private readonly sessions: Sessions,
    private readonly webIdentities: WebIdentities,
  ) {
    this.roles = iam.roles;
  }

  getCallerIdentity(caller: Principal): CallerIdentity {
    return { UserId: caller.userId, Account: this.accountId, Arn: caller.arn };
  }

  /**
   * What a role's policy leaves to the account everybody of the account may: policies of users are not judged here.
   *
   * @throws AwsError AccessDenied for an unknown role, one that does not trust who asks, or not to give it these tags, and
   * for root; ValidationError, InvalidParameterValue, MalformedPolicyDocument
   */
  assumeRole(input: AssumeRoleInput, caller: Principal, at: number, region: string) {
    const seconds = durationOf(input);
    const terms = sessionTerms(input, this.iam.managedPolicies);
    if (caller.kind === 'root') throw new AwsError('AccessDenied', 403, 'Roles may not be assumed by root accounts.');
    const role = this.roles.findByArn(input.RoleArn);
    const context = contextOf({ principal: caller, at }, { accountId: this.accountId, region });
    for (const asks of asksOf(input, terms, caller, context)) {
      const trust = role && this.answerOf(role, asks);
      if (trust === 'allowed' || trust === 'account') continue;
      const message = `User: ${caller.arn} is not authorized to perform: ${asks.action} on resource: ${input.RoleArn}`;
      throw new AwsError('AccessDenied', 403, message);
    }
    assertLength(seconds, role);
    if (caller.kind === 'role' && seconds > LONGEST_CHAINED) {
      const message =
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining';
      throw new AwsError('ValidationError', 400, message);
    }
    return this.opened(input, seconds, terms);
  }

  private opened(input: RoleInput, seconds: number, session?: SessionTerms) {
    const principal = { ...this.assumedRole(input.RoleArn, input.RoleSessionName), session };
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
    const isTrusted = role !== undefined && this.answerOf(role, asks) === 'allowed';
    if (!isTrusted) throw new AwsError('AccessDenied', 403, 'Not authorized to perform sts:AssumeRoleWithWebIdentity');
    assertLength(seconds, role);
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

  /** What cannot be judged here is not trusted. */
  private answerOf(role: IamRole, asks: Asks): PolicyAnswer {
    const { accountId } = this;
    const principalArns = asks.principalArns.filter((arn) => this.roles.isStill(role, arn));
    try {
      return askPolicy(role.assumeRolePolicyDocument, { ...asks, principalArns, resource: role.arn, accountId });
    } catch {
      return 'silent';
    }
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
function durationOf({ DurationSeconds: seconds = 3600, RoleSessionName }: RoleInput): number {
  if (seconds < 900 || seconds > 43_200) {
    throw new AwsError('ValidationError', 400, 'The requested DurationSeconds must be between 900 and 43200.');
  }
  if (!/^[\w+=,.@-]{2,64}$/.test(RoleSessionName)) {
    throw new AwsError('ValidationError', 400, 'RoleSessionName must match [\\w+=,.@-]{2,64}');
  }
  return seconds;
}

/** @throws AwsError ValidationError */
function assertLength(seconds: number, role: IamRole | undefined): void {
  if (role === undefined || seconds <= role.maxSessionDuration) return;
  const message = 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.';
  throw new AwsError('ValidationError', 400, message);
}

type Asks = Pick<PolicyRequest, 'action' | 'principalArns' | 'federated' | 'context'>;

/**
 * What a role's policy is asked: whether it may be taken, and where tags come along, whether they may. That the name of
 * the session can be asked for with the tags is nowhere written; here it cannot.
 */
function asksOf(
  { RoleSessionName }: AssumeRoleInput,
  { tags }: SessionTerms,
  { arn, roleArn = arn }: Principal,
  context: Asks['context'],
): readonly Asks[] {
  const keys = Object.keys(tags);
  const asked = Object.fromEntries(keys.map((key) => [`aws:RequestTag/${key}`, tags[key]]));
  const withTags = { ...context, ...asked, 'aws:TagKeys': keys.length === 0 ? undefined : keys };
  const principalArns = [arn, roleArn];
  const take = { ...withTags, 'sts:RoleSessionName': RoleSessionName };
  return [
    { action: 'sts:AssumeRole', principalArns, context: take },
    ...(keys.length === 0 ? [] : [{ action: 'sts:TagSession', principalArns, context: withTags }]),
  ];
}
