import type { StepsOfTarget } from '../../functions/core/hosts/host';
import { providerRoleName } from '../../functions/core/provider-role-name';
import { type Change, plain, rolePathOf, UUID, uuid } from '../exits/change';
import type { Place } from '../exits/resources';

/** What the pipelines of a key take in its place. */
export const WAYS = ['role', 'provider'] as const;
export type Way = (typeof WAYS)[number];

/** Something to write, and where it goes. */
export interface Writing {
  readonly into: 'keyturn.yaml' | 'the CDK app' | 'bitbucket-pipelines.yml' | "the role's trust policy";
  readonly text: string;
}

export interface HowToWrite {
  readonly way: Way;
  readonly cdk: boolean;
  readonly hasPolicy: boolean;
  readonly place: Place;
  /** IAM path of the deployment's roles. @default - not known: as if it were the root */
  readonly rolePath?: string | undefined;
  /** Roles that need nothing any more but steps that take them. */
  readonly ready: ReadonlySet<string>;
}

/** What to write so that steps get credentials of roles: of each role that is not ready, and of the steps. */
export function writingsFor(changes: readonly Change[], how: HowToWrite): readonly Writing[] {
  const { way, ready } = how;
  const missing = changes.filter(({ roleArn }) => !ready.has(roleArn));
  const definitions =
    way === 'provider' ? providerWritings(missing, how) : missing.flatMap((one) => roleOf(one, changes, how));
  const stepsText = (change: Change) => (way === 'provider' ? change.held.map(providerStep) : change.steps);
  const steps = new Set(changes.flatMap(stepsText));
  return [...definitions, ...[...steps].map((text): Writing => ({ into: 'bitbucket-pipelines.yml', text }))];
}

/** Nothing for a role of several repositories, or of more environments than one trusts: the stack makes none. */
function roleOf(change: Change, changes: readonly Change[], { cdk, hasPolicy }: HowToWrite): readonly Writing[] {
  if (changes.some((other) => other !== change && other.roleArn === change.roleArn)) return [];
  return cdk
    ? [{ into: 'the CDK app', text: roleConstruct(change, hasPolicy) }]
    : [{ into: 'keyturn.yaml', text: change.yaml }];
}

/** What says in the key's entry that roles replace it. */
export function replacedByText(roles: readonly string[], idleFor: number, cdk: boolean): Writing {
  if (cdk) {
    const named = roles.map((role) => `'${role}'`).join(', ');
    return { into: 'the CDK app', text: `replacedBy: { roles: [${named}], idleFor: ${idleFor} },` };
  }
  const lines = ['    replacedBy:', '      roles:', ...roles.map((role) => `        - ${role}`)];
  return { into: 'keyturn.yaml', text: [...lines, `      idleFor: ${idleFor}`].join('\n') };
}

const quotedUuid = (name: string, of: string) => (UUID.test(name) ? `'${name}'` : `'UUID OF ${of}'`);

function roleConstruct({ name, roleArn, policyArn, held }: Change, hasPolicy: boolean): string {
  const path = rolePathOf(roleArn);
  return [
    `new BitbucketOidcRole(this, '${name}', {`,
    `  roleName: '${name}',`,
    ...(path === '/' ? [] : [`  path: '${path}',`]),
    ...scopeOf(held).map((line) => `  ${line}`),
    ...(hasPolicy
      ? [
          '  managedPolicies: [',
          `    ManagedPolicy.fromManagedPolicyArn(this, '${name} policy',`,
          `      '${policyArn}'),`,
          '  ],',
        ]
      : []),
    '});',
  ].join('\n');
}

/** Whose steps, in the terms of the constructs. */
function scopeOf(held: readonly StepsOfTarget[]): readonly string[] {
  const [{ workspace = '' } = {}] = held;
  const slug = UUID.test(workspace) ? 'SLUG-OF-THE-WORKSPACE' : workspace;
  return [`workspace: '${slug}',`, `workspaceUuid: ${quotedUuid(workspace, 'THE WORKSPACE')},`, ...stepsOf(held)];
}

function stepsOf(held: readonly StepsOfTarget[]): readonly string[] {
  const [{ repository = '' } = {}] = held;
  const environments = held.flatMap(({ environment }) => environment ?? []);
  const named = environments.map((one) => quotedUuid(one, 'THE ENVIRONMENT')).join(', ');
  return [
    `repositoryUuid: ${quotedUuid(repository, 'THE REPOSITORY')},`,
    environments.length < held.length ? 'anyStep: true,' : `environmentUuids: [${named}],`,
  ];
}

/**
 * Variables of its own: which of two of one name a step gets, the stored one or the provider's, Bitbucket does not say, and
 * two of three of the one and one of the other are no credentials.
 */
const NAMES = ['ROLE_ACCESS_KEY_ID', 'ROLE_SECRET_ACCESS_KEY', 'ROLE_SESSION_TOKEN'] as const;

function providerWritings(changes: readonly Change[], { cdk, place, rolePath = '/' }: HowToWrite): readonly Writing[] {
  const rules = changes.map(
    (change): Writing =>
      cdk
        ? { into: 'the CDK app', text: ruleOfConstruct(change) }
        : { into: 'keyturn.yaml', text: ruleLines(change).join('\n') },
  );
  // IAM refuses one that names a role which is not there: the provider's comes with the deployment of the rule.
  const provider = `arn:${place.partition}:iam::${place.account}:role${rolePath}${providerRoleName(USUAL_NAMES, rolePath)}`;
  const trusts = [...new Set(changes.map(({ roleArn }) => roleArn))].map((role): Writing => {
    const its = changes.filter(({ roleArn }) => roleArn === role);
    return { into: "the role's trust policy", text: trustPolicy(its, provider) };
  });
  return [...rules, ...trusts];
}

function ruleOfConstruct({ rule, roleArn, held }: Change): string {
  return [
    '// of the rules of the SecretProvider:',
    '{',
    `  name: '${rule}',`,
    ...stepsOf(held).map((line) => `  ${line}`),
    '  roles: [',
    '    {',
    `      roleArn: '${roleArn}',`,
    ...['accessKeyId', 'secretAccessKey', 'sessionToken'].map((of, at) => `      ${of}: '${NAMES[at]}',`),
    '    },',
    '  ],',
    '},',
  ].join('\n');
}

/** What the names of a deployment from `keyturn.yaml` begin with. */
const USUAL_NAMES = 'Keyturn-KeyRotation';

function ruleLines({ rule, roleArn, held }: Change): readonly string[] {
  const [{ workspace = '', repository = '' } = {}] = held;
  const environments = held.flatMap(({ environment }) => environment ?? []);
  return [
    'provider:',
    '  endpoint: true # or keyturn serve-provider beside runners of your own',
    '  bitbucket:',
    `    workspace: ${UUID.test(workspace) ? 'SLUG-OF-THE-WORKSPACE' : plain(workspace)}`,
    `    workspaceUuid: ${uuid(workspace, 'THE WORKSPACE')}`,
    '  rules:',
    `    - name: ${rule}`,
    `      repositoryUuid: ${uuid(repository, 'THE REPOSITORY')}`,
    ...(environments.length < held.length
      ? ['      anyStep: true # every step of the repository, deployments too']
      : ['      environmentUuids:', ...environments.map((one) => `        - ${uuid(one, 'THE ENVIRONMENT')}`)]),
    '      roles:',
    `        - role: ${roleArn}`,
    `          accessKeyId: ${NAMES[0]}`,
    `          secretAccessKey: ${NAMES[1]}`,
    `          sessionToken: ${NAMES[2]}`,
  ];
}

/** The role checks the repository itself, by the tags of the session: a mistake in a rule gives nothing away. */
function trustPolicy(changes: readonly Pick<Change, 'held'>[], provider: string): string {
  const statements = changes.map(({ held }) => ({
    Effect: 'Allow',
    Principal: { AWS: provider },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Condition: { StringEquals: tagsOf(held) },
  }));
  return JSON.stringify({ Version: '2012-10-17', Statement: statements }, undefined, 2);
}

function tagsOf(held: readonly StepsOfTarget[]) {
  const [{ repository = '' } = {}] = held;
  const bare = (name: string, of: string) =>
    UUID.test(name) ? name.slice(1, -1).toLowerCase() : `UUID OF ${of}, WITHOUT BRACES`;
  const environments = held.flatMap(({ environment }) => environment ?? []);
  const isAny = environments.length < held.length;
  return {
    'aws:RequestTag/keyturn:repository': bare(repository, 'THE REPOSITORY'),
    ...(isAny ? {} : { 'aws:RequestTag/keyturn:environment': environments.map((one) => bare(one, 'THE ENVIRONMENT')) }),
  };
}

function providerStep({ environment }: StepsOfTarget): string {
  const isUuid = environment !== undefined && UUID.test(environment);
  return [
    '- step:',
    '    name: Deploy',
    ...(environment === undefined
      ? []
      : [`    deployment: ${isUuid ? `'NAME OF THE ENVIRONMENT' # ${environment}` : plain(environment)}`]),
    '    oidc: true # { audiences: [ITS OWN] } where the provider has its own',
    '    script:',
    `      - export AWS_ACCESS_KEY_ID=$${NAMES[0]}`,
    `      - export AWS_SECRET_ACCESS_KEY=$${NAMES[1]}`,
    `      - export AWS_SESSION_TOKEN=$${NAMES[2]}`,
    '      - aws sts get-caller-identity',
  ].join('\n');
}
