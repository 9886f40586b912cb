import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { Account } from '../../local/account/account';
import type { Authorization, AwsCall } from '../../local/account/principal';
import type { Deployment } from '../../local/stack/deployment';
import type { World } from '../../local/world';
import { type IamRequest, iamRequestsOf } from './iam-request';
import {
  keyPolicyOf,
  type Permission,
  type Place,
  type Policies,
  permissionName,
  permissionsIn,
  policiesOf,
  type Statement,
  statementsOf,
  topicKeyOf,
} from './policies';

/** Who asks: the session as AWS sees it, and the role whose policies count. */
interface Caller {
  readonly arn: string;
  readonly roleArn: string;
}

interface Decision {
  readonly allowed: boolean;
  /** The permissions that let it through. */
  readonly by: readonly string[];
}

/**
 * Lets through what the deployed policies allow, and refuses everything else as AWS refuses it; remembers which
 * permission was used. Put `authorize` into the account's front, and tell it of every deployment.
 */
export class Enforcement {
  /** Names of permissions that a call has used. */
  readonly used = new Set<string>();
  /** What was refused, as `rotate: iam:CreateAccessKey on <ARN>`. */
  readonly denied: string[] = [];
  readonly #decisions = new Map<string, Promise<Decision>>();
  readonly #given = new Map<string, Permission>();
  readonly #policiesOfOthers = new Map<string, readonly Statement[]>();
  readonly #rightsOfOthers = new Map<string, readonly Statement[]>();
  #account: Account | undefined;
  #policies: Policies | undefined;
  #topicKey = '';

  /** From now on the policies of this deployment are in force. */
  enforce(deployment: Deployment, { account }: World): void {
    this.#account = account;
    this.#policies = policiesOf(deployment, account);
    this.#topicKey = topicKeyOf(deployment);
    this.#decisions.clear();
    for (const permission of permissionsIn(this.#policies)) this.#given.set(permissionName(permission), permission);
  }

  /** From now on another account's thing, such as an event bus, has this policy: without one it is closed. */
  enforceElsewhere(arn: string, policy: unknown): void {
    this.#policiesOfOthers.set(arn, statementsOf(policy));
    this.#decisions.clear();
  }

  /** From now on somebody who is no part of the deployment has these rights. */
  allow(principalArn: string, policy: unknown): void {
    this.#rightsOfOthers.set(principalArn, statementsOf(policy));
    this.#decisions.clear();
  }

  /** Every permission that any deployment gave. */
  get given(): readonly Permission[] {
    return [...this.#given.values()];
  }

  readonly authorize = async (call: AwsCall): Promise<Authorization> => {
    const { principal, service, action } = call;
    // Everybody may ask who they are; the account's administrator is not what is tested.
    if (principal.kind === 'root' || (service === 'sts' && action === 'GetCallerIdentity')) return { allowed: true };
    const { account } = this.#inForce();
    const caller = { arn: principal.arn, roleArn: principal.roleArn ?? principal.arn };
    // Lambda names a session after its function.
    const source = account.lambda.arn(principal.arn.split('/').at(-1) ?? '');
    for (const asked of iamRequestsOf(call, account, this.#topicKey)) {
      const request = { ...asked, context: { ...asked.context, 'lambda:SourceFunctionArn': source } };
      if (!(await this.#ask(caller, request))) return { allowed: false, message: refusalOf(caller, request) };
    }
    return { allowed: true };
  };

  /** Asks for what Lambda does in a function's name without any code of ours: write its log, keep its failed events. */
  askForLambda(roleArn: string, request: Omit<IamRequest, 'context'> & Partial<IamRequest>): Promise<boolean> {
    const session = `${roleArn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/lambda`;
    return this.#ask({ arn: session, roleArn }, { context: {}, ...request });
  }

  #inForce() {
    if (this.#account === undefined || this.#policies === undefined) throw new Error('No deployment is in force yet');
    return { account: this.#account, policies: this.#policies };
  }

  async #ask(caller: Caller, request: IamRequest): Promise<boolean> {
    const { policies } = this.#inForce();
    const onResource = this.#onResource(request);
    const question = JSON.stringify([caller.roleArn, request, onResource]);
    const deciding = this.#decisions.get(question) ?? this.#decide(caller, request, onResource);
    this.#decisions.set(question, deciding);
    const { allowed, by } = await deciding;
    for (const permission of by) this.used.add(permission);
    if (!allowed) {
      this.denied.push(`${policies.holderOf(caller.roleArn)}: ${request.action} on ${request.resource}`);
    }
    return allowed;
  }

  /** A secret's policy is the deployed one; a KMS key's may have been changed since. */
  #onResource({ action, resource }: IamRequest): readonly Statement[] {
    const { policies, account } = this.#inForce();
    if (action.startsWith('kms:')) return keyPolicyOf(resource, account);
    return policies.ofResources.get(resource)?.statements ?? this.#policiesOfOthers.get(resource) ?? [];
  }

  async #decide(caller: Caller, request: IamRequest, onResource: readonly Statement[]): Promise<Decision> {
    const { policies, account } = this.#inForce();
    const own = policies.ofRoles.get(caller.roleArn) ?? this.#rightsOfOthers.get(caller.roleArn) ?? [];
    const found = policies.ofResources.get(request.resource);
    const analysis = await analyse(caller, request, account, own, onResource);
    if (analysis.result !== 'Allowed') return { allowed: false, by: [] };
    const holder = policies.holderOf(caller.roleArn);
    const by = (place: Place, sid: string | undefined) =>
      permissionName({ holder, place, sid: sid ?? '', action: request.action });
    const fromRole =
      analysis.identityAnalysis?.allowStatements.map(({ statement }) => by('role', statement.sid())) ?? [];
    // A statement for the whole account leaves the decision to the role's own policies.
    const fromResource =
      found === undefined
        ? []
        : (analysis.resourceAnalysis?.allowStatements ?? [])
            .filter(({ principalMatch }) => principalMatch !== 'AccountLevelMatch')
            .map(({ statement }) => by(found.place, statement.sid()));
    return { allowed: true, by: [...fromRole, ...fromResource] };
  }
}

/** @throws Error for an action that does not exist and for a resource that the action does not have */
async function analyse(
  { arn, roleArn }: Caller,
  { action, resource, context }: IamRequest,
  { accountId }: Account,
  identity: readonly Statement[],
  onResource: readonly Statement[],
) {
  const policy = (statements: readonly Statement[]) => ({ Version: '2012-10-17', Statement: [...statements] });
  const result = await runSimulation(
    {
      request: {
        principal: arn,
        action,
        // What another account has takes that account's policy as well.
        resource: { resource, accountId: ownerOf(resource) ?? accountId },
        contextVariables: { 'aws:PrincipalArn': roleArn, 'aws:SecureTransport': 'true', ...context },
      },
      identityPolicies: identity.length === 0 ? [] : [{ name: 'role', policy: policy(identity) }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(onResource.length === 0 ? {} : { resourcePolicy: policy(onResource) }),
    },
    {},
  );
  if (result.resultType !== 'single') throw new Error(`${action} on ${resource}: ${JSON.stringify(result)}`);
  return result.result.analysis;
}

/** Policies of AWS's own are in every account: its identities' policies alone decide about them. */
function ownerOf(resource: string): string | undefined {
  const owner = resource.split(':')[4];
  return owner === '' || owner === 'aws' ? undefined : owner;
}

function refusalOf({ arn }: Caller, { action, resource, refusal }: IamRequest): string {
  return (
    refusal ??
    `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy ` +
      `allows the ${action} action`
  );
}
