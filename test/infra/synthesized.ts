import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import type { ConfigInput } from '../../functions/core/config/config';
import { BUNDLES, REGISTRY_PATH } from '../../functions/core/names';
import { KeyRotation, type KeyRotationProps, KeyturnStack, type KeyturnStackOptions } from '../../infra';

/** Bundles that are quick to hash: what is in them is not what these tests are about. */
export const bundles = mkdtempSync(join(tmpdir(), 'keyturn-bundles-'));
for (const name of BUNDLES) {
  mkdirSync(join(bundles, name));
  writeFileSync(join(bundles, name, 'index.js'), `exports.handler = async () => '${name}';\n`);
}

export const ACME = { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } };

/** The smallest configuration that delivers somewhere. */
export const ONE_KEY: ConfigInput & Required<Pick<ConfigInput, 'keys'>> = {
  connections: ACME,
  keys: [
    {
      id: 'web-shop',
      user: 'bitbucket-web-shop',
      deliverTo: [{ connection: 'acme', repository: 'acme/web-shop', environment: 'Production' }],
    },
  ],
};

/** A role for pipelines, for the tests whose matter is not what it trusts. */
export const ONE_ROLE: NonNullable<ConfigInput['roles']>[number] = {
  name: 'web-shop-deploy',
  bitbucket: {
    workspace: 'acme',
    workspaceUuid: '{0f9b2b1e-7a0c-4a52-9b9e-3a1c6a1d2e31}',
    repositoryUuid: '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}',
    environmentUuids: ['{8c3e4a52-6a52-4d2b-9a53-0c2b7c1d9e11}'],
  },
};

export interface CfnResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: readonly string[];
}

export interface CfnTemplate {
  readonly Resources: Readonly<Record<string, CfnResource>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
}

export function templateOf(stack: Stack): CfnTemplate {
  return Template.fromStack(stack).toJSON() as CfnTemplate;
}

export function stackOf(config: ConfigInput, options: KeyturnStackOptions = {}): KeyturnStack {
  return new KeyturnStack(new App(), 'Keyturn', { bundles, ...options, config });
}

const templates = new Map<string, CfnTemplate>();

/** The template of a configuration, synthesized once. */
export function synthesize(config: ConfigInput): CfnTemplate {
  const text = JSON.stringify(config);
  const template = templates.get(text) ?? templateOf(stackOf(config));
  templates.set(text, template);
  return template;
}

/** A stack with a rotation, for what is added by constructs. */
export function rotationIn(stack = new Stack(new App(), 'Keyturn'), props: KeyRotationProps = {}): KeyRotation {
  return new KeyRotation(stack, 'KeyRotation', { bundles, ...props });
}

export function errorsOf(stack: Stack): readonly string[] {
  return Annotations.fromStack(stack)
    .findError('*', Match.anyValue())
    .map(({ entry }) => String(entry.data));
}

export function resourcesOf(template: CfnTemplate, type: string): readonly (CfnResource & { readonly id: string })[] {
  return Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, resource]) => ({ ...resource, id }));
}

/** Logical IDs that a part of the template refers to. */
function referredBy(part: unknown): readonly string[] {
  if (typeof part === 'string') return [...part.matchAll(/\$\{(\w+)/g)].map(([, id = '']) => id);
  if (Array.isArray(part)) return part.flatMap(referredBy);
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([name, value]) => {
    if (name === 'Ref') return [String(value)];
    if (name === 'Fn::GetAtt') return [String(Array.isArray(value) ? value[0] : value).split('.')[0] ?? ''];
    return referredBy(value);
  });
}

/** Everything that CloudFormation has made before it makes a resource, whatever order it chooses. */
export function madeBefore(of: CfnTemplate, id: string, found = new Set<string>()): ReadonlySet<string> {
  const resource = of.Resources[id];
  for (const before of [...referredBy(resource?.Properties), ...[resource?.DependsOn ?? []].flat()]) {
    if (!(before in of.Resources) || found.has(before)) continue;
    found.add(before);
    madeBefore(of, before, found);
  }
  return found;
}

/** The registry parameters of managed keys; the engine has parameters of its own. */
export function registryEntriesOf(template: CfnTemplate): ReturnType<typeof resourcesOf> {
  return resourcesOf(template, 'AWS::SSM::Parameter').filter(({ Properties }) =>
    String(Properties.Name).startsWith(REGISTRY_PATH),
  );
}

/** `provider` with an endpoint that gives any step of one repository what is said. */
export function endpointThatGives(given: object): NonNullable<ConfigInput['provider']> {
  const rule = { name: 'shop', repositoryUuid: '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}', anyStep: true as const };
  return {
    bitbucket: { workspace: 'acme', workspaceUuid: '{0f9b2b1e-7a0c-4a52-9b9e-3a1c6a1d2e31}' },
    endpoint: true,
    rules: [{ ...rule, ...given }],
  };
}
