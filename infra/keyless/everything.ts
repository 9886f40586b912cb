import { type CfnElement, CfnResource, Stack } from 'aws-cdk-lib';
import type { CfnRole } from 'aws-cdk-lib/aws-iam';

/** A policy of the app's templates that lets a role do everything, or everything of IAM, with which it can give itself that. */
export interface Everything {
  /** Path of what writes it. */
  readonly path: string;
  /** The statement, as the template has it. */
  readonly statement: string;
}

/** What a template has of a resource. */
interface Written {
  readonly Resources: Readonly<Record<string, { readonly Properties?: Readonly<Record<string, unknown>> }>>;
}

const POLICIES = ['AWS::IAM::Policy', 'AWS::IAM::RolePolicy', 'AWS::IAM::ManagedPolicy'];

/**
 * Policies that the templates of the role's app write, inline ones and managed ones, as overrides have left them: to be
 * asked when aspects have run.
 */
export function everythingOf(role: CfnRole): readonly Everything[] {
  const { ManagedPolicyArns, RoleName, Policies } = propertiesOf(role);
  const isOf = (policy: CfnResource) => {
    const properties = propertiesOf(policy);
    const roles = [properties.Roles, properties.RoleName];
    return (
      refers(roles, Stack.of(policy), role) ||
      (typeof RoleName === 'string' && textsIn(roles).includes(RoleName)) ||
      refers(ManagedPolicyArns, Stack.of(role), policy)
    );
  };
  const attached = role.node.root.node
    .findAll()
    .filter((one) => CfnResource.isCfnResource(one) && POLICIES.includes(one.cfnResourceType))
    .filter((one) => isOf(one as CfnResource))
    .map((one) => ({ path: one.node.path, document: propertiesOf(one as CfnResource).PolicyDocument }));
  const inline = listOf(Policies).map((policy) => ({
    path: role.node.path,
    document: objectOf(policy).PolicyDocument,
  }));
  return [...inline, ...attached].flatMap(({ path, document }) =>
    listOf(objectOf(document).Statement)
      .filter((statement) => allowsEverything(objectOf(statement)))
      .map((statement) => ({ path, statement: JSON.stringify(statement) })),
  );
}

function propertiesOf(resource: CfnResource): Readonly<Record<string, unknown>> {
  const { Resources } = Stack.of(resource).resolve(resource._toCloudFormation()) as Written;
  return Object.values(Resources)[0]?.Properties ?? {};
}

/** Whether a value in a stack's template names an element of that one, or of another by an export of the CDK's. */
function refers(value: unknown, from: Stack, to: CfnElement): boolean {
  const of = Stack.of(to);
  const logicalId = String(of.resolve(to.logicalId));
  return textsIn(value).some((text) => (from === of ? text === logicalId : text.includes(`Ref${logicalId}`)));
}

/** Calls and resources with which a role can be given anything, as patterns that only wider ones match. */
const [ALL_OF_IAM, ALL_ROLES] = ['iam:*', 'arn:*:iam::*:role/*'];

/** A condition does not make less of it here: who can do everything can meet it, or take it out. */
function allowsEverything({ Effect, ...of }: Readonly<Record<string, unknown>>): boolean {
  const names = (patterns: unknown, all: string) => listOf(patterns).some((one) => isWider(textOf(one), all));
  return (
    Effect === 'Allow' &&
    ('NotAction' in of ? !names(of.NotAction, ALL_OF_IAM) : names(of.Action, ALL_OF_IAM)) &&
    ('NotResource' in of ? !names(of.NotResource, ALL_ROLES) : names(of.Resource, ALL_ROLES))
  );
}

/** Whether a pattern of IAM's matches whatever another one does; of accounts and partitions there is one. */
function isWider(pattern: string, other: string): boolean {
  const own = pattern.replace(/^arn:[\w-]+:/, 'arn:*:').replace(/:\d{12}:/, ':*:');
  const regex = own
    .replace(/[.+^${}()|[\]\\/]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${regex}$`, 'is').test(other);
}

/** What CloudFormation makes of a text; what only the deployment knows is no wildcard. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::Join': join } = objectOf(value);
  if (Ref === 'AWS::Partition') return 'aws';
  if (Ref === 'AWS::AccountId') return '000000000000';
  const [separator, parts] = listOf(join);
  return typeof separator === 'string' ? listOf(parts).map(textOf).join(separator) : 'unknown';
}

/** The texts of a resolved value. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function listOf(value: unknown): readonly unknown[] {
  return value === undefined ? [] : [value].flat();
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
