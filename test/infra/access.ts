import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { DeployedFunction } from '../../functions/core/names';
import { ACCOUNT, deployed, type Home, roleArn } from './deployed';
import { type CfnTemplate, resourcesOf } from './synthesized';

export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: unknown;
  readonly Principal?: unknown;
}

export interface PolicyDocument {
  readonly Statement: readonly Statement[];
}

/** Logical ID of a function's role. */
export function roleOf(template: CfnTemplate, name: DeployedFunction): string {
  const title = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const role = resourcesOf(template, 'AWS::IAM::Role').find(({ id }) => id.startsWith(`KeyRotation${title}Role`));
  if (role === undefined) throw new Error(`no role for ${name}`);
  return role.id;
}

/** Everything that the roles' own policies allow a function, inline and managed. */
export function statementsOf(template: CfnTemplate, name: DeployedFunction): readonly Statement[] {
  const statements = policiesOf(template, name).flatMap(({ policy }) => policy.Statement);
  return statements.filter(({ Effect }) => Effect === 'Allow');
}

/** The policies of a function's role: the inline one first, then the managed ones. */
export function policiesOf(template: CfnTemplate, name: DeployedFunction) {
  return identityPolicies(template, roleOf(template, name));
}

/** The resource policy of the secret of a managed key. */
export function secretPolicyOf(template: CfnTemplate, id: string, home?: Home): PolicyDocument {
  const policy = resourcesOf(template, 'AWS::SecretsManager::ResourcePolicy').find(({ Properties }) =>
    JSON.stringify(deployed(template, Properties.SecretId)).includes(`:secret:keyturn/${id}-`),
  );
  if (policy === undefined) throw new Error(`no resource policy for ${id}`);
  return deployed(template, policy.Properties.ResourcePolicy, home) as PolicyDocument;
}

function identityPolicies(template: CfnTemplate, roleId: string, home?: Home) {
  const inline = (template.Resources[roleId]?.Properties.Policies ?? []) as readonly {
    readonly PolicyName: string;
    readonly PolicyDocument: unknown;
  }[];
  const attached = ['AWS::IAM::ManagedPolicy', 'AWS::IAM::Policy'].flatMap((type) => resourcesOf(template, type));
  const managed = attached.filter(({ Properties }) => JSON.stringify(Properties.Roles ?? []).includes(roleId));
  const documents = [
    ...inline.map(({ PolicyName, PolicyDocument }) => ({ name: PolicyName, document: PolicyDocument })),
    ...managed.map(({ id, Properties }) => ({ name: id, document: Properties.PolicyDocument })),
  ];
  return documents.map(({ name, document }) => ({
    name,
    policy: deployed(template, document, home) as PolicyDocument,
  }));
}

export interface Request {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string | string[]>>;
  /** The resource's own policy, where it has one. */
  readonly resourcePolicy?: PolicyDocument;
  /** What the account's organization lets anybody do at most. @default everything */
  readonly organizationPolicy?: PolicyDocument;
}

/** Whether IAM would let a function do this, by its role and the resource's own policy. */
export async function mayFunction(
  template: CfnTemplate,
  name: DeployedFunction,
  request: Request,
  home?: Home,
): Promise<boolean> {
  const role = roleOf(template, name);
  return may(roleArn(role, home), identityPolicies(template, role, home), request);
}

/** Whether a resource's own policy lets a service of AWS do this. */
export async function mayService(service: string, request: Request): Promise<boolean> {
  return may(service, [], request);
}

/** Whether IAM would let whoever has these policies of their own do this. */
export async function mayWith(policies: readonly PolicyDocument[], request: Request): Promise<boolean> {
  const named = policies.map((policy, at) => ({ name: `policy-${at}`, policy }));
  return may(roleArn('auditor'), named, request);
}

/** Whether IAM would let a role with the widest rights of its own do this. */
export async function mayAdministrator(principal: string, request: Request): Promise<boolean> {
  const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  return may(principal, [{ name: 'AdministratorAccess', policy }], request);
}

/**
 * The library knows `kms:EncryptionContext:<name>` by the form that the Service Authorization Reference has for it, and
 * ignores any name in its place. Of one name, the form says the same.
 */
function asLibrarySpells<T>(value: T): T {
  const form = ['kms:EncryptionContext:$', '{EncryptionContextKey}'].join('');
  return JSON.parse(JSON.stringify(value).replace(/kms:EncryptionContext:[\w:]+/g, form));
}

/** With what AWS attaches to every account, without which nothing is allowed. */
function inForce(policy: PolicyDocument) {
  const all = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  const policies = [
    { name: 'FullAWSAccess', policy: all },
    { name: 'organization-policy', policy },
  ];
  return { orgIdentifier: 'r-test', policies };
}

async function may(
  role: string,
  policies: readonly { readonly name: string; readonly policy: unknown }[],
  { action, resource, context = {}, resourcePolicy, organizationPolicy }: Request,
): Promise<boolean> {
  const result = await runSimulation(
    {
      request: {
        principal: role,
        action,
        resource: { resource, accountId: ACCOUNT },
        contextVariables: { 'aws:PrincipalArn': role, ...asLibrarySpells(context) },
      },
      identityPolicies: [...policies],
      serviceControlPolicies: organizationPolicy === undefined ? [] : [inForce(organizationPolicy)],
      resourceControlPolicies: [],
      ...(resourcePolicy === undefined ? {} : { resourcePolicy: asLibrarySpells(resourcePolicy) }),
    },
    {},
  );
  if (result.resultType === 'error') throw new Error(JSON.stringify(result.errors));
  return result.overallResult === 'Allowed';
}
