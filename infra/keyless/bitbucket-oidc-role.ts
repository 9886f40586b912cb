import { CfnOutput, Duration, Stack, Token } from 'aws-cdk-lib';
import { type CfnRole, type IManagedPolicy, ManagedPolicy, Role, WebIdentityPrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { describeIssue } from '../../functions/core/config/config-issue';
import { pathText, valueAt } from '../../functions/core/config/config-path';
import {
  isAdministrator,
  type RoleConfig,
  roleSchema,
  TOO_MUCH,
  trustOf,
} from '../../functions/core/config/roles-config';
import { KeyturnError } from '../../functions/core/errors';
import { pipelineStep } from '../../functions/core/hosts/bitbucket-oidc';
import { accountOf, knownAccount } from '../access/known-account';
import { pathProperty } from '../access/role-path';
import { everythingOf } from './everything';
import { OidcProvider } from './oidc-provider';
import { LONGEST_TRUST_POLICY, oidcConditions, oidcTrustPolicy } from './oidc-trust';

export interface BitbucketOidcRoleProps {
  /** Slug of the workspace: the issuer's URL has it. */
  readonly workspace: string;
  /** UUID of the workspace, with or without braces: the usual audience has it. */
  readonly workspaceUuid: string;
  /** UUID of the repository whose steps may take the role, with or without braces. */
  readonly repositoryUuid: string;
  /** UUIDs of the deployment environments whose steps may take the role, ten at most. @default - none: `anyStep` has to say so */
  readonly environmentUuids?: string[];
  /** Whether any step of the repository may take the role, of every branch, deployments too. @default false */
  readonly anyStep?: boolean;
  /** Audience that the step asks for. @default - the workspace's own */
  readonly audience?: string;
  /** ARN of the workspace's provider, where the account has it already. @default - the stack makes it, once */
  readonly existingProviderArn?: string;
  /** Thumbprints of the issuer's certificate, for a provider that is made here. @default - none: IAM needs none */
  readonly thumbprints?: string[];
  /** Addresses and ranges that the steps come from. @default - any */
  readonly addresses?: string[];
  /** Name of the role. @default - CloudFormation makes one */
  readonly roleName?: string;
  /** IAM path of the role. @default / */
  readonly path?: string;
  /** How long a session lasts at most, in whole hours, one to twelve; more than one the step asks for. @default - an hour */
  readonly sessionDuration?: Duration;
  /** What the role may do. @default - nothing */
  readonly managedPolicies?: IManagedPolicy[];
  /** What the role can never exceed. @default - none */
  readonly permissionsBoundary?: IManagedPolicy;
  /**
   * Has to be `whoever can push to the repository may do everything in this account` where AdministratorAccess,
   * AdministratorAccess-… or IAMFullAccess is among the policies, also where it is added to the role later, or where a
   * policy of the app's own lets the role do everything, or everything of IAM.
   *
   * @default - it is refused
   */
  readonly allowAdministrator?: string;
}

/**
 * An IAM role that steps of Bitbucket Pipelines take with a token of theirs, so that there is no key to store, to rotate
 * or to leak.
 *
 * @example
 * new BitbucketOidcRole(this, 'WebShopDeploy', {
 *   workspace: 'acme',
 *   workspaceUuid: '{0f9b2b1e-7a0c-4a52-9b9e-3a1c6a1d2e31}',
 *   repositoryUuid: '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}',
 *   environmentUuids: ['{8c3e4a52-6a52-4d2b-9a53-0c2b7c1d9e11}'],
 * });
 */
export class BitbucketOidcRole extends Construct {
  /** A role of `keyturn.yaml`. @internal */
  static _of(scope: Construct, role: RoleConfig, path: string): BitbucketOidcRole {
    const { name, bitbucket, provider, sessionHours, managedPolicies, permissionsBoundary, ...rest } = role;
    return new BitbucketOidcRole(scope, name, {
      ...rest,
      ...bitbucket,
      roleName: name,
      path,
      existingProviderArn: provider,
      sessionDuration: Duration.hours(sessionHours),
      managedPolicies: managedPolicies.map((arn, at) =>
        ManagedPolicy.fromManagedPolicyArn(scope, `${name} ${at}`, arn),
      ),
      permissionsBoundary:
        permissionsBoundary === undefined
          ? undefined
          : ManagedPolicy.fromManagedPolicyArn(scope, `${name} boundary`, permissionsBoundary),
    });
  }

  /** The role itself, to allow it more. */
  readonly role: Role;
  /** ARN of the provider whose tokens it trusts. */
  readonly providerArn: string;
  /** The step of `bitbucket-pipelines.yml` that takes the role, ready to paste. */
  readonly pipelineStep: string;

  /** @throws KeyturnError `invalid-config`, naming every mistake with its cure. */
  constructor(scope: Construct, id: string, props: BitbucketOidcRoleProps) {
    super(scope, id);
    const config = this.check(props);
    const { addresses, sessionHours, bitbucket } = config;
    const trust = trustOf(config);
    this.providerArn = props.existingProviderArn ?? OidcProvider.of(this, trust, props.thumbprints).arn;
    this.role = new Role(this, 'Role', {
      roleName: props.roleName,
      path: pathProperty(props.path ?? '/'),
      description: 'Keyturn: taken by steps of Bitbucket Pipelines with a token of theirs',
      assumedBy: new WebIdentityPrincipal(this.providerArn, oidcConditions(trust, addresses)),
      maxSessionDuration: Duration.hours(sessionHours),
      managedPolicies: props.managedPolicies,
      permissionsBoundary: props.permissionsBoundary,
    });
    this.watchPolicies(config.allowAdministrator !== undefined);
    this.pipelineStep = pipelineStep(this.role.roleArn, { ...bitbucket, sessionHours });
    new CfnOutput(this, 'RoleArn', { value: this.role.roleArn, description: 'AWS_ROLE_ARN of the step' });
    new CfnOutput(this, 'PipelineStep', { value: this.pipelineStep, description: 'For bitbucket-pipelines.yml' });
  }

  /**
   * What the schema cannot see: ARNs that only the template spells out, policies that are added later, inline ones, and
   * what overrides make of them. Validations come after aspects, so that this is what the template has.
   */
  private watchPolicies(mayDoEverything: boolean): void {
    if (mayDoEverything) return;
    this.node.addValidation({
      validate: () => {
        const role = this.role.node.defaultChild as CfnRole;
        const { Resources } = Stack.of(this).resolve(role._toCloudFormation()) as WrittenRole;
        const texts = Object.values(Resources).flatMap((written) => textsIn(written.Properties?.ManagedPolicyArns));
        const managed = texts.filter(isAdministrator).map((found) => ({ path: 'managedPolicies', found }));
        const written = everythingOf(role).map(({ path, statement: found }) => ({ path, found }));
        const issue = { code: 'custom' as const, path: ['managedPolicies'], message: TOO_MUCH };
        return [...managed, ...written].map(({ path, found }) => `${path}: ${describeIssue(issue, found)}`);
      },
    });
  }

  private check(props: BitbucketOidcRoleProps): RoleConfig {
    const input = inputOf(props, this.node.id);
    const { data, error } = roleSchema.safeParse(input);
    const mistakes = (error?.issues ?? []).map(
      (issue) => `${this.node.path}: ${pathText(issue.path)}: ${describeIssue(issue, valueAt(input, issue.path))}`,
    );
    if (data === undefined) throw new KeyturnError('invalid-config', mistakes.join('\n'));
    const account = knownAccount(this);
    if (account !== undefined && data.provider !== undefined && accountOf(data.provider) !== account) {
      const message = `expected a provider of the account ${account}, in which the role is, found ${data.provider}: STS looks for it there, and no step could take the role`;
      throw new KeyturnError('invalid-config', `${this.node.path}: provider: ${message}`);
    }
    const written = JSON.stringify(oidcTrustPolicy(LONGEST_PROVIDER_ARN, trustOf(data), data.addresses));
    if (written.length > LONGEST_TRUST_POLICY) {
      const message = `expected a trust policy of at most ${LONGEST_TRUST_POLICY} characters, found ${written.length}; name fewer addresses or environments`;
      throw new KeyturnError('invalid-config', `${this.node.path}: ${message}`);
    }
    return data;
  }
}

/** The part of the template that a role is. */
interface WrittenRole {
  readonly Resources: Readonly<Record<string, { readonly Properties?: { readonly ManagedPolicyArns?: unknown } }>>;
}

/** The texts of a resolved value, but for what only names another resource. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inside]) =>
    key === 'Ref' || key === 'Fn::GetAtt' ? [] : textsIn(inside),
  );
}

/** A stand-in that is as long as the ARN of a provider without its name, which the conditions have too. */
const LONGEST_PROVIDER_ARN = `arn:aws-us-gov:iam::000000000000:oidc-provider/${'-'.repeat(100)}`;

/** The partition of an ARN that the CDK makes: it is not known before the deployment, and the rest is. */
const UNKNOWN_PARTITION = /^arn:\$\{Token\[AWS[.:]+Partition\.\d+\]\}:/;

/** As `keyturn.yaml` would say it, but for policies whose names only the deployment knows. */
function inputOf(props: BitbucketOidcRoleProps, id: string): unknown {
  const { workspace, workspaceUuid, repositoryUuid, environmentUuids, anyStep, audience } = props;
  const arns = (props.managedPolicies ?? []).map(({ managedPolicyArn }) =>
    managedPolicyArn.replace(UNKNOWN_PARTITION, 'arn:aws:'),
  );
  return {
    name: props.roleName ?? id,
    bitbucket: {
      workspace,
      workspaceUuid,
      repositoryUuid,
      environmentUuids,
      anyStep: anyStep === false ? undefined : anyStep,
      audience,
    },
    provider: Token.isUnresolved(props.existingProviderArn) ? undefined : props.existingProviderArn,
    addresses: props.addresses,
    sessionHours: props.sessionDuration?.toHours(),
    managedPolicies: arns.filter((arn) => !Token.isUnresolved(arn)),
    allowAdministrator: props.allowAdministrator,
  };
}
